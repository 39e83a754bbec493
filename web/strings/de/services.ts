export const services = {
  columns: { name: 'Name', pid: 'PID', description: 'Beschreibung', status: 'Status', group: 'Gruppe' },
  running: 'Wird ausgeführt',
  stopped: 'Beendet',
  start: 'Starten',
  stop: 'Beenden',
  restart: 'Neu starten',
  openServices: 'Dienste öffnen',
  searchOnline: 'Online suchen',
  goToDetails: 'Zu Details wechseln',
  selectFirst: 'Wählen Sie zuerst einen Dienst',
  isRunning: 'Der Dienst läuft bereits',
  isStopped: 'Der Dienst läuft nicht',
  unable: {
    start: 'Dienst kann nicht gestartet werden',
    stop: 'Dienst kann nicht beendet werden',
    restart: 'Dienst kann nicht neu gestartet werden',
  },
  failures: {
    denied: (name: string) =>
      `Der Vorgang konnte für ${name} nicht abgeschlossen werden. Zugriff verweigert.`,
    gone: (name: string) => `Diese Maschine hat das Programm nicht, das ${name} ausführt.`,
    'not-stoppable': (name: string) =>
      `Ohne den Host von ${name} kann Windows nicht weiterlaufen, daher nimmt der Dienst das Beenden nicht an.`,
    needed: (name: string) => `Diese Maschine braucht den Prozess von ${name}.`,
    stuck: (name: string) =>
      `Ein Thread des Prozesses von ${name} wartet auf einen Treiber, der die Anforderung nicht abbrechen kann. Der Prozess endet, wenn der Treiber sie erledigt.`,
    running: (name: string) => `${name} läuft bereits.`,
    stopped: (name: string) => `${name} wurde nicht gestartet.`,
    'no-memory': (name: string) => `Der Speicher reicht nicht aus, um ${name} zu starten.`,
  },
  ok: 'OK',
  noConsole: 'Die Konsole „Dienste“ hat auf diesem Desktop kein Fenster',
  actions: (name: string) => `Aktionen für ${name}`,
  noMatch: (query: string) => `Kein Dienst entspricht „${query}“.`,
};
