import data from './catalogue/startup-apps.json';

/** A program that starts when its user signs in. */
export interface StartupApp {
  readonly program: string;
  readonly name: string;
  readonly publisher: string;
  readonly enabled: boolean;
}

/** The programs that start with the user's session, and whether the user lets them. */
export class StartupApps {
  readonly #enabled = new Map(data.entries.map(({ program, enabled }) => [program, enabled]));

  get list(): StartupApp[] {
    return data.entries.map(({ program, name, publisher }) => ({
      program,
      name,
      publisher,
      enabled: this.#enabled.get(program)!,
    }));
  }

  /** Lets a program start with the next session or not. @throws RangeError when none has the name */
  setEnabled(program: string, enabled: boolean): void {
    if (!this.#enabled.has(program)) throw new RangeError(`${program} does not start with the session.`);
    this.#enabled.set(program, enabled);
  }
}
