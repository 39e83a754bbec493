import { events, level, provider } from './events.json';

export type EventId = keyof typeof events;
type EventData = (typeof events)[EventId];

/** What an event says beside its id: numbers as such, 64-bit values as `0x…`. */
export type EventPayload = Readonly<Record<string, string | number | boolean>>;

/** An event of the provider Microsoft-Windows-Kernel-LiveDump, as the machine has logged it. */
export interface LiveDumpEvent {
  readonly id: number;
  readonly task: string;
  readonly channel: string;
  /** As manifests count: 4 is Information. */
  readonly level: number;
  /** What it means, as a sentence of ours. */
  readonly text: string;
  /** Machine time: ISO 8601 with the seven digits that a FILETIME has. */
  readonly time: string;
  readonly payload: EventPayload;
}

/** The file that `--events` writes. */
export interface EventFile {
  readonly provider: typeof provider;
  readonly events: readonly LiveDumpEvent[];
}

const FILETIME_1970 = 116444736000000000n;
const TICKS_PER_MS = 10_000n;

/** The live dump events of a machine, oldest first. */
export class EventLog {
  readonly #clock: () => bigint;
  readonly #entries: LiveDumpEvent[] = [];

  /** @param clock machine time as a FILETIME */
  constructor(clock: () => bigint) {
    this.#clock = clock;
  }

  write(id: EventId, payload: EventPayload = {}): void {
    const { task, channel, text }: EventData = events[id];
    this.#entries.push({ id: Number(id), task, channel, level, text, time: isoTime(this.#clock()), payload });
  }

  get entries(): readonly LiveDumpEvent[] {
    return this.#entries;
  }

  get file(): EventFile {
    return { provider, events: this.#entries };
  }
}

function isoTime(time: bigint): string {
  const ticks = time - FILETIME_1970;
  const seconds = new Date(Number(ticks / TICKS_PER_MS)).toISOString().slice(0, -'.000Z'.length);
  return `${seconds}.${String(ticks % (1000n * TICKS_PER_MS)).padStart(7, '0')}Z`;
}
