export const desktop = {
  desktop: 'Desktop',
  taskbar: 'Taskbar',
  clock: 'Machine clock (UTC)',
  minimize: 'Minimize',
  maximize: 'Maximize',
  restore: 'Restore',
  close: 'Close',
};
