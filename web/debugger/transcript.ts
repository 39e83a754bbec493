import { Store } from '../storage/store.js';

/** A line of the command window. */
export interface Line {
  text: string;
  /** The command that it answers; '' above the first. */
  command: string;
  /** Whether it is the command itself, as it was typed. */
  isEcho: boolean;
}

/** More lines nobody scrolls through, and browsers limit how tall an element can be. */
const MOST_LINES = 400_000;
const DROPPED_AT_ONCE = 50_000;

/** What the command window shows: commands and answers as lines. Its value counts the changes. */
export class Transcript extends Store<number> {
  #lines: string[] = [];
  /** Where each command's lines begin, its own among them. */
  #sections: { start: number; command: string }[] = [];
  /** Whether more text goes to the end of the last line. */
  #isOpen = false;

  constructor() {
    super(0);
  }

  get length(): number {
    return this.#lines.length;
  }

  line(number: number): Line {
    const section = this.#sections[this.#sectionOf(number)];
    return {
      text: this.#lines[number] ?? '',
      command: section?.command ?? '',
      isEcho: section?.start === number,
    };
  }

  text(number: number): string {
    return this.#lines[number] ?? '';
  }

  /** Everything, as it is copied. */
  get whole(): string {
    return this.#lines.join('\n');
  }

  /** A command was typed at a prompt. */
  command(prompt: string, command: string): void {
    this.#endLine();
    this.#sections.push({ start: this.#lines.length, command });
    this.#lines.push(prompt + command);
    this.#changed();
  }

  append(text: string): void {
    const lines = text.replaceAll('\r', '').split('\n');
    const last = lines.pop()!;
    if (this.#isOpen && lines.length > 0) this.#lines[this.#lines.length - 1] += lines.shift()!;
    else if (this.#isOpen) {
      this.#lines[this.#lines.length - 1] += last;
      return this.#changed();
    }
    // No spread: a long answer has more lines than a call can have arguments.
    for (const line of lines) this.#lines.push(line);
    this.#isOpen = last !== '';
    if (this.#isOpen) this.#lines.push(last);
    if (this.#lines.length > MOST_LINES) this.#drop(this.#lines.length - MOST_LINES + DROPPED_AT_ONCE);
    this.#changed();
  }

  /** A line of its own. */
  say(text: string): void {
    this.#endLine();
    this.append(`${text}\n`);
  }

  clear(): void {
    this.#lines = [];
    this.#sections = [];
    this.#isOpen = false;
    this.#changed();
  }

  #endLine(): void {
    this.#isOpen = false;
  }

  #drop(count: number): void {
    this.#lines.splice(0, count);
    const first = Math.max(0, this.#sectionOf(count));
    this.#sections = this.#sections
      .slice(first)
      .map(({ start, command }) => ({ start: start - count, command }));
  }

  #sectionOf(line: number): number {
    return this.#sections.findLastIndex(({ start }) => start <= line);
  }

  #changed(): void {
    this.set(this.value + 1);
  }
}
