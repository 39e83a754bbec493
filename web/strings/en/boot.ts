export const boot = {
  starting: 'Starting the machine…',
  failed: 'The machine did not start',
  retry: 'Start the baseline machine',
  badSeed: (seed: string) => `The seed in the address must be a whole number from 0 up, but it is “${seed}”.`,
  programFailed: (program: string) =>
    `The files of ${program} could not be loaded. Check the connection, and try again.`,
  tryAgain: 'Try again',
  workerFailed:
    'The part of the page that runs the machine could not be loaded. Reload the page to try again.',
};
