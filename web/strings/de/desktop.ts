export const desktop = {
  desktop: 'Desktop',
  taskbar: 'Taskleiste',
  clock: 'Uhr der Maschine (UTC)',
  start: 'Start',
  fileExplorer: 'Explorer',
  memory: 'Arbeitsspeicher',
  debugger: 'Debugger',
  about: 'Über livedump-lab',
  labs: 'Übungen',
  allPrograms: 'Alle Programme',
  taskbarMenu: 'Befehle der Taskleiste',
  minimize: 'Minimieren',
  maximize: 'Maximieren',
  restore: 'Verkleinern',
  close: 'Schließen',
  windowKeys:
    'Alt und eine Pfeiltaste dockt das Fenster an, maximiert oder minimiert es; mit Umschalt verschiebt sie es, mit Strg ändert sie die Größe. Alt+F6 geht zum nächsten Fenster.',
};
