import type { EventFile } from '../../sim/worker/sim-api.js';

/** An event of the log with what the log knows of it. */
export interface EventRecord {
  /** From 1 on, as they were logged. */
  readonly record: number;
  readonly event: EventFile['events'][number];
  readonly provider: EventFile['provider'];
  readonly computer: string;
  /** `Microsoft-Windows-Kernel-LiveDump/Operational`. */
  readonly log: string;
}

export function recordsOf({ provider, events }: EventFile, computer: string): EventRecord[] {
  return events.map((event, index) => ({
    record: index + 1,
    event,
    provider,
    computer,
    log: `${provider.name}/${event.channel}`,
  }));
}
