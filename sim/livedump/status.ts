import { statuses } from './statuses.json';

/** What can come of a request besides a dump. */
export type Situation = keyof typeof statuses;

/** STATUS_SUCCESS. */
export const SUCCESS = 0;

/** A live dump that did not come about: what to tell the user, and the NTSTATUS that the request ended with. */
export class LiveDumpError extends Error {
  override name = 'LiveDumpError';
  readonly situation: Situation;
  /** Name of the NTSTATUS. */
  readonly status: string;
  /** The NTSTATUS as an unsigned number. */
  readonly code: number;

  /** @param detail a sentence that says more than the situation's own */
  constructor(situation: Situation, detail?: string) {
    const { status, code, message } = statuses[situation];
    super(detail === undefined ? message : `${message} ${detail}`);
    this.situation = situation;
    this.status = status;
    this.code = code;
  }
}

/** An NTSTATUS as Windows prints it. */
export function statusText(code: number): string {
  return `0x${code.toString(16).toUpperCase().padStart(8, '0')}`;
}
