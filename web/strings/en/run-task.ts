export const runTask = {
  title: 'Create new task',
  prompt:
    'Type the name of a program, and Windows will open it for you. This machine has notepad, cmd, powershell, calc, mspaint, charmap, regedit, winver, msinfo32, perfmon and mmc.',
  open: 'Open:',
  administrator: 'Create this task with administrative privileges.',
  notAdministrator: 'Task Manager runs as a standard user',
  typeFirst: 'Type a name first',
  ok: 'OK',
  cancel: 'Cancel',
  failed: 'The task was not created',
  unknown: (name: string) =>
    `Windows cannot find '${name}'. Make sure you typed the name correctly, and then try again.`,
  noMemory: (name: string) =>
    `There is not enough memory to start '${name}'. End a task, and then try again.`,
};
