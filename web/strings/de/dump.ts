export const dump = {
  title: {
    full: 'Vollständiges Live-Kernelspeicherabbild',
    stacks: 'Speicherabbild der Kernelstapel',
    process: 'Prozess wird gesichert',
  },
  starting: {
    full: 'Das Live-Kernelspeicherabbild wird vorbereitet…',
    stacks: 'Das Live-Kernelspeicherabbild wird vorbereitet…',
    process: 'Das Speicherabbild des Prozesses wird vorbereitet…',
  },
  phases: {
    validate: 'Die Anforderung wird geprüft…',
    size: 'Die Seiten des Abbilds werden gesucht…',
    estimate: 'Seine Größe wird geschätzt…',
    removePages: 'Treiber werden nach entbehrlichen Seiten gefragt…',
    allocate: 'Arbeitsspeicher für die Kopie wird belegt…',
    capture: 'Der Kernelspeicher wird erfasst…',
    write: 'Die Abbilddatei wird geschrieben…',
  },
  progress: {
    full: 'Fortschritt des Live-Kernelspeicherabbilds',
    stacks: 'Fortschritt des Live-Kernelspeicherabbilds',
    process: 'Fortschritt des Prozess-Speicherabbilds',
  },
  pages: (done: string, total: string) => `${done} von ${total} Seiten`,
  bytes: (done: string, total: string) => `${done} von ${total} MB`,
  cancel: 'Abbrechen',
  cancelling: 'Wird abgebrochen…',
  created: 'Die Datei wurde erfolgreich erstellt.',
  openFileLocation: 'Dateipfad öffnen',
  ok: 'OK',
  failedTitle: {
    full: 'Fehler beim Live-Kernelspeicherabbild',
    stacks: 'Fehler beim Live-Kernelspeicherabbild',
    process: 'Das Speicherabbild des Prozesses ist fehlgeschlagen',
  },
  advice: {
    moreMemory:
      'Geben Sie Arbeitsspeicher frei und versuchen Sie es erneut, oder schalten Sie „Abbrechen, wenn der Arbeitsspeicher nicht ausreicht“ in den Einstellungen für Speicherabbilder aus; das Abbild hat dann weniger Seiten.',
    moreDisk:
      'Löschen Sie Abbilder, die Sie nicht mehr brauchen, oder geben Sie dem Browser mehr Platz, und versuchen Sie es erneut.',
    fullInstead:
      'Erstellen Sie stattdessen ein vollständiges Live-Kernelspeicherabbild; es enthält auch die Kernelstapel.',
    asAdministrator: 'Führen Sie den Task-Manager als Administrator aus und versuchen Sie es erneut.',
    later: 'Warten Sie, bis das laufende Abbild fertig ist, und versuchen Sie es in einigen Minuten erneut.',
    otherwise:
      'Versuchen Sie es erneut. Schlägt es wieder fehl, laden Sie die Seite neu, um den Computer neu zu starten.',
  },
  status: 'Status',
  close: 'Schließen',
};
