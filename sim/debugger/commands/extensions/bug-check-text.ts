import { hex } from '../../format/numbers.js';
import facts from './bug-checks.json' with { type: 'json' };

interface Explanation {
  readonly text: string;
  /** What each of the four parameters tells. */
  readonly parameters: readonly string[];
}

const names: Readonly<Record<string, string>> = facts.names;
const explanations: Readonly<Record<string, Explanation>> = facts.texts;

/** Name of a bug check; that of unknown ones is as WinDbg has it. */
export function bugCheckName(code: number): string {
  return names[hex(code)] ?? 'Unknown bugcheck code';
}

/** Name and code, what it means, and its parameters: as `!analyze -v` and `!analyze -show` begin. */
export function bugCheckText(code: number, parameters: readonly bigint[]): string {
  const known = explanations[hex(code)];
  const name = names[hex(code)];
  const rows = parameters.map((value, i) => {
    const meaning = asText(value) ?? known?.parameters[i] ?? (name === undefined ? '' : 'not described here');
    return `Arg${i + 1}: ${hex(value, 16)}${meaning === '' ? '' : `, ${meaning}`}\n`;
  });
  return (
    `${name === undefined ? `Unknown bugcheck code (${hex(code)})` : `${name} (${hex(code)})`}\n` +
    `${known ? `${known.text}.\n` : ''}Arguments:\n${rows.join('')}`
  );
}

/** A parameter that is text, its characters in the highest bytes first. */
function asText(value: bigint): string | undefined {
  const bytes = hex(value, 16)
    .match(/../g)!
    .map((pair) => parseInt(pair, 16))
    .filter((byte) => byte !== 0);
  const isText = bytes.length >= 4 && bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
  return isText ? String.fromCharCode(...bytes) : undefined;
}
