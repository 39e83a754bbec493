export const eventViewer = {
  title: 'Ereignisanzeige',
  events: 'Ereignisse der Live-Kernelspeicherabbilder',
  details: 'Details des Ereignisses',
  columns: {
    level: 'Ebene',
    time: 'Datum und Uhrzeit',
    source: 'Quelle',
    id: 'Ereignis-ID',
    task: 'Aufgabenkategorie',
  },
  information: 'Informationen',
  channel: 'Protokoll',
  time: 'Protokolliert',
  empty: 'Es wurde noch kein Live-Kernelspeicherabbild angefordert.',
};
