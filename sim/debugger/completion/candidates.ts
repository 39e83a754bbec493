import type { Session } from '../session.js';

export type CandidateKind = 'command' | 'module' | 'symbol' | 'type' | 'field' | 'register';

/** What a word may go on as. */
export interface Candidate {
  /** Stands in place of the word. */
  text: string;
  kind: CandidateKind;
  /** What a list shows beside it: the summary of a command, a field's offset and type; '' for nothing. */
  detail: string;
}

/** Where a list of candidates ends: nobody reads more, and finding them is work. */
export class Candidates {
  readonly #most: number;
  readonly #found: Candidate[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** How many more are of use: one beyond the limit tells that there are others. */
  get room(): number {
    return this.#most + 1 - this.#found.length;
  }

  add(text: string, kind: CandidateKind, detail = ''): void {
    if (this.room > 0 && !this.#found.some((known) => known.text === text && known.kind === kind))
      this.#found.push({ text, kind, detail });
  }

  get all(): readonly Candidate[] {
    return this.#found.slice(0, this.#most);
  }

  get isCut(): boolean {
    return this.#found.length > this.#most;
  }
}

export function addModules(
  session: Session,
  candidates: Candidates,
  beginning: string,
  suffix: string,
): void {
  const wanted = beginning.toLowerCase();
  for (const { name, facts } of session.modules)
    if (name.toLowerCase().startsWith(wanted)) candidates.add(`${name}${suffix}`, 'module', facts.imagePath);
}

export function addRegisters(
  session: Session,
  candidates: Candidates,
  beginning: string,
  mark: string,
): void {
  const wanted = beginning.toLowerCase();
  for (const name of session.registers.names)
    if (name.startsWith(wanted)) candidates.add(`${mark}${name}`, 'register');
}
