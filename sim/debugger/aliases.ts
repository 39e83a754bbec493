import { ExpressionError } from './expressions/scanner.js';

/** Names that double with each line must not fill the memory of whoever runs them. */
const LONGEST_VALUE = 0x10000; // characters
const LONGEST_LINE = 0x100000;

/** Commands that name aliases themselves: only `${}` is replaced behind them. Source: Microsoft, "Using Aliases". */
const NAMES_ALIASES = /^\s*(?:as|aS|ad|al)(?!\S)/;

/** What users call texts: `as name text`. */
export class Aliases {
  readonly #values = new Map<string, string>();

  /** @throws ExpressionError for one that is too long */
  set(name: string, value: string): void {
    if (value.length > LONGEST_VALUE) throw new ExpressionError('Overflow', name);
    this.#values.set(name, value);
  }

  /** @returns whether there was one of that name */
  delete(name: string): boolean {
    return this.#values.delete(name);
  }

  /** @returns whether there were any */
  clear(): boolean {
    const any = this.#values.size > 0;
    this.#values.clear();
    return any;
  }

  /** By name. */
  get all(): [name: string, value: string][] {
    return [...this.#values].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** A line with texts instead of names. What stands in braces waits until it is run. @throws ExpressionError */
  expanded(line: string): string {
    if (this.#values.size === 0 && !line.includes('${/')) return line;
    const namesThem = NAMES_ALIASES.test(line);
    let text = '';
    for (const { piece, isBlock } of outsideOfBlocks(line)) {
      if (isBlock) text += piece;
      else text += this.#replaced(piece, namesThem);
      if (text.length > LONGEST_LINE) throw new ExpressionError('Overflow', '');
    }
    return text;
  }

  #replaced(text: string, onlyMarked: boolean): string {
    return replaceNames(text, (name) => this.#values.get(name), onlyMarked);
  }
}

const MARKED = /\$\{(?:\/([dfnv]):)?([^{}\s]+)\}/;
/** A word between blanks, semicolons, braces and quotes. */
const WORD = /(?<![^\s;{}'"])[^\s;{}'"$]+(?![^\s;{}'"])/;
const NAMES = new RegExp(`${MARKED.source}|${WORD.source}`, 'g');

/** Names in `${}`, with their options, and those that stand as a word of their own, unless only the others are meant. */
export function replaceNames(
  text: string,
  valueOf: (name: string) => string | undefined,
  onlyMarked = false,
): string {
  return text.replace(NAMES, (whole, kind: string | undefined, name: string | undefined) => {
    if (name === undefined) return (onlyMarked ? undefined : valueOf(whole)) ?? whole;
    const value = valueOf(name);
    switch (kind) {
      case 'd':
        return value === undefined ? '0' : '1';
      case 'f':
        return value ?? '';
      case 'n':
        return value === undefined ? whole : name;
      case 'v':
        return whole;
      default:
        return value ?? whole;
    }
  });
}

/** Cuts a line at its blocks; the braces of `${name}` are none. */
function* outsideOfBlocks(line: string): Iterable<{ piece: string; isBlock: boolean }> {
  let from = 0;
  let depth = 0;
  for (let i = 0; i < line.length; i++) {
    if (line.startsWith('${', i)) {
      const end = line.indexOf('}', i);
      if (end < 0) break;
      i = end;
    } else if (line[i] === '{') {
      if (depth++ > 0) continue;
      yield { piece: line.slice(from, i), isBlock: false };
      from = i;
    } else if (line[i] === '}' && depth > 0 && --depth === 0) {
      yield { piece: line.slice(from, i + 1), isBlock: true };
      from = i + 1;
    }
  }
  yield { piece: line.slice(from), isBlock: depth > 0 };
}
