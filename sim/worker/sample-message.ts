import type { ProcessIdentity, ProcessNumbers, ProcessRow, Sample } from './sim-api.js';

/** The numbers of a process of which nothing is known, in the order of a message. */
export const NO_NUMBERS = {
  cpuPercent: 0,
  memory: 0,
  disk: 0,
  network: 0,
  bytesReceived: 0,
  gpuPercent: 0,
  threads: 0,
  cpuTime: 0,
  workingSet: 0,
  peakWorkingSet: 0,
  workingSetDelta: 0,
  privateWorkingSet: 0,
  sharedWorkingSet: 0,
  commit: 0,
  pageFaults: 0,
  pageFaultsDelta: 0,
  priorityClass: 0,
  handles: 0,
  readOperations: 0,
  writeOperations: 0,
  otherOperations: 0,
  readTransfer: 0,
  writeTransfer: 0,
  otherTransfer: 0,
} satisfies ProcessNumbers;
const NUMBERS = Object.keys(NO_NUMBERS) as (keyof ProcessNumbers)[];
const IDENTITY = Object.keys({
  pid: 0,
  parentPid: 0,
  imageName: '',
  description: '',
  publisher: '',
  group: 'app',
  sessionId: 0,
  canEnd: true,
  critical: false,
  imagePath: '',
  packageName: '',
  commandLine: '',
  userName: '',
  userDomain: '',
  architecture: '',
  elevated: false,
  virtualization: 'disabled',
  services: [],
  jobId: 0,
} satisfies ProcessIdentity) as (keyof ProcessIdentity)[];
const STATUSES = ['running', 'suspended', 'not-responding'] as const satisfies ProcessRow['status'][];
const STATUS_MASK = 3;
const THROTTLED = 4;

/**
 * A reading on its way to the page. Who a process is goes there once, and is a number from then on; what changes goes
 * in buffers that are handed over, not copied. The Idle process comes first.
 */
export interface SampleMessage extends Omit<Sample, 'processes' | 'idle'> {
  /** Those that earlier messages did not have: they get the next numbers. */
  newcomers: ProcessIdentity[];
  /** Number of each process's identity. */
  who: Uint32Array<ArrayBuffer>;
  states: Uint8Array<ArrayBuffer>;
  numbers: Float64Array<ArrayBuffer>;
}

/** Makes messages of readings, for one page. */
export class SampleWriter {
  readonly #sent = new Map<number, { number: number; row: ProcessRow }>();
  #next = 0;

  write({ processes, idle, ...rest }: Sample): SampleMessage {
    const rows = [idle, ...processes];
    const message: SampleMessage = {
      ...rest,
      newcomers: [],
      who: new Uint32Array(rows.length),
      states: new Uint8Array(rows.length),
      numbers: new Float64Array(rows.length * NUMBERS.length),
    };
    rows.forEach((row, index) => {
      message.who[index] = this.#numberOf(row, message.newcomers);
      message.states[index] = STATUSES.indexOf(row.status) | (row.throttled ? THROTTLED : 0);
      NUMBERS.forEach((name, at) => (message.numbers[index * NUMBERS.length + at] = row[name]));
    });
    return message;
  }

  #numberOf(row: ProcessRow, newcomers: ProcessIdentity[]): number {
    const sent = this.#sent.get(row.pid);
    if (sent && IDENTITY.every((name) => sent.row[name] === row[name])) return sent.number;
    const number = this.#next++;
    this.#sent.set(row.pid, { number, row });
    newcomers.push(
      Object.fromEntries(IDENTITY.map((name) => [name, row[name]])) as unknown as ProcessIdentity,
    );
    return number;
  }
}

/** Makes readings of messages again, in the order in which they were written. */
export class SampleReader {
  /** Rows of all that are known, still without their numbers: copies of a whole row are made ten times as fast as rows field by field. */
  readonly #known: ProcessRow[] = [];

  read({ newcomers, who, states, numbers, ...rest }: SampleMessage): Sample {
    for (const identity of newcomers)
      this.#known.push({ ...identity, status: 'running', throttled: false, ...NO_NUMBERS });
    const rows = Array.from(who, (number, index) => {
      const row = { ...this.#known[number]! };
      row.status = STATUSES[states[index]! & STATUS_MASK]!;
      row.throttled = (states[index]! & THROTTLED) !== 0;
      for (let at = 0; at < NUMBERS.length; at++) row[NUMBERS[at]!] = numbers[index * NUMBERS.length + at]!;
      return row;
    });
    const [idle, ...processes] = rows;
    return { ...rest, processes, idle: idle! };
  }
}
