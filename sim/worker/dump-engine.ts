// What makes dumps of the machine: a third of its code, which the page does without until the machine runs.
export { Dumps } from '../dumps.js';
export { DumpJob } from './dump-job.js';
export { ProcessDumpJob } from './process-dump-job.js';
