export const desktop = {
  desktop: 'Desktop',
  taskbar: 'Taskbar',
  clock: 'Machine clock (UTC)',
  start: 'Start',
  fileExplorer: 'File Explorer',
  memory: 'Memory',
  debugger: 'Debugger',
  about: 'About livedump-lab',
  labs: 'Labs',
  allPrograms: 'All programs',
  taskbarMenu: 'Taskbar commands',
  minimize: 'Minimize',
  maximize: 'Maximize',
  restore: 'Restore',
  close: 'Close',
  windowKeys:
    'Alt and an arrow key snaps, maximizes or minimizes the window; with Shift it moves, with Ctrl it resizes. Alt+F6 goes to the next window.',
};
