export const stopScreen = {
  title: 'The machine has stopped',
  lost: (program: string) =>
    `${program} was to end, and Windows cannot go on without it. So the machine has stopped where it was: no thread runs, no time passes.`,
  stopCode: 'Stop code',
  process: 'Parameter 1',
  processMeaning: (address: string) => `${address}, the EPROCESS of the process`,
  kind: 'Parameter 2',
  kindMeaning: '0: a process, not a thread',
  noDump:
    'No dump is written: the drivers that write crash dumps are not part of this machine. What its disk holds is kept.',
  restart: 'Restart the machine',
  lookOn: 'Look at memory and files',
  bar: (name: string) => `The machine has stopped: ${name}`,
  show: 'Show the stop screen',
};
