import { get, set } from 'idb-keyval';

const KEY = 'debugger:history';
const MOST = 500;

/** The lines that were typed, kept in this browser. */
export class CommandHistory {
  /** The oldest first. */
  #lines: string[];
  /** Where Up and Down are; the length at the line that is being typed. */
  #at: number;
  /** What was being typed when Up was pressed. */
  #typed = '';

  private constructor(lines: string[]) {
    this.#lines = lines;
    this.#at = lines.length;
  }

  /** A browser that keeps nothing (private mode) gives an empty one. */
  static async open(): Promise<CommandHistory> {
    const kept = await get<string[]>(KEY).catch(() => undefined);
    return new CommandHistory(Array.isArray(kept) ? kept.filter((line) => typeof line === 'string') : []);
  }

  get last(): string {
    return this.#lines.at(-1) ?? '';
  }

  /** @returns Resolves when the browser has kept it, or has refused to. */
  async add(line: string): Promise<void> {
    if (line.trim() !== '' && line !== this.last) this.#lines = [...this.#lines, line].slice(-MOST);
    this.#at = this.#lines.length;
    this.#typed = '';
    await set(KEY, this.#lines).catch(() => undefined);
  }

  /** The line before, or the same again at the first. @param typed what stands there now */
  previous(typed: string): string {
    if (this.#at === this.#lines.length) this.#typed = typed;
    this.#at = Math.max(0, this.#at - 1);
    return this.#lines[this.#at] ?? typed;
  }

  /**
   * The nearest line before (or behind) where Up and Down are that begins with `start`, other than what stands there.
   * @returns `undefined` where there is none
   */
  search(start: string, typed: string, step: -1 | 1): string | undefined {
    const wanted = start.toLowerCase();
    for (let at = this.#at + step; at >= 0 && at < this.#lines.length; at += step) {
      const line = this.#lines[at]!;
      if (line === typed || !line.toLowerCase().startsWith(wanted)) continue;
      if (this.#at === this.#lines.length) this.#typed = typed;
      this.#at = at;
      return line;
    }
    return undefined;
  }

  next(typed: string): string {
    if (this.#at >= this.#lines.length) return typed;
    this.#at++;
    return this.#lines[this.#at] ?? this.#typed;
  }
}
