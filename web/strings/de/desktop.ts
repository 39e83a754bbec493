export const desktop = {
  desktop: 'Desktop',
  taskbar: 'Taskleiste',
  clock: 'Uhr des Computers (UTC)',
  minimize: 'Minimieren',
  maximize: 'Maximieren',
  restore: 'Verkleinern',
  close: 'Schließen',
};
