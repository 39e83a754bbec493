export const taskManager = {
  title: 'Task-Manager',
  search: 'Name, Herausgeber oder PID für Suche eingeben',
  navigation: 'Navigation öffnen',
  pages: {
    processes: 'Prozesse',
    performance: 'Leistung',
    'app-history': 'App-Verlauf',
    'startup-apps': 'Autostart von Apps',
    users: 'Benutzer',
    details: 'Details',
    services: 'Dienste',
    settings: 'Einstellungen',
  },
  selectFirst: 'Wählen Sie zuerst einen Prozess aus',
};

export const commands = {
  runNewTask: 'Neuen Task ausführen',
  endTask: 'Task beenden',
  efficiencyMode: 'Effizienzmodus',
  more: 'Ansichtsoptionen',
  groupByType: 'Nach Typ gruppieren',
  expandAll: 'Alle erweitern',
  collapseAll: 'Alle reduzieren',
};

export const messages = {
  dumpStopped: 'Der Computer hat aufgehört zu antworten, während er das Abbild erstellte.',
  dumpStoppedStatus: 'Kein Status vom Computer',
  feedbackTitle: 'Feedback senden',
  feedback: 'Der Feedback-Hub ist auf diesem Computer nicht installiert.',
  ok: 'OK',
};
