export const dump = {
  title: {
    full: 'Full live kernel memory dump',
    stacks: 'Kernel stacks memory dump',
    process: 'Dumping process',
  },
  starting: {
    full: 'Preparing the live kernel memory dump…',
    stacks: 'Preparing the live kernel memory dump…',
    process: 'Preparing the dump of the process…',
  },
  phases: {
    validate: 'Checking the request…',
    size: 'Finding the pages of the dump…',
    estimate: 'Estimating its size…',
    removePages: 'Asking drivers for pages to leave out…',
    allocate: 'Allocating memory for the copy…',
    capture: 'Capturing kernel memory…',
    write: 'Writing the dump file…',
  },
  progress: {
    full: 'Live kernel memory dump progress',
    stacks: 'Live kernel memory dump progress',
    process: 'Process dump progress',
  },
  pages: (done: string, total: string) => `${done} of ${total} pages`,
  bytes: (done: string, total: string) => `${done} of ${total} MB`,
  cancel: 'Cancel',
  cancelling: 'Cancelling…',
  created: 'The file has been successfully created.',
  openFileLocation: 'Open file location',
  ok: 'OK',
  failedTitle: {
    full: 'Live kernel memory dump failed',
    stacks: 'Live kernel memory dump failed',
    process: 'The process could not be dumped',
  },
  advice: {
    moreMemory:
      'Free some memory and try again, or turn off “Abort if insufficient memory” in the memory dump settings to get a dump with fewer pages.',
    moreDisk: 'Delete dumps that you no longer need, or give the browser more room, and try again.',
    fullInstead: 'Create a full live kernel memory dump instead; it holds the kernel stacks as well.',
    asAdministrator: 'Run Task Manager as an administrator and try again.',
    later: 'Wait until the dump that is being made is ready, and try again in a few minutes.',
    otherwise: 'Try again. If it fails again, reload the page to start the machine anew.',
  },
  status: 'Status',
  close: 'Close',
};
