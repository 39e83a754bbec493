/** What stands in WinDbg's answers. Written from how the debugger prints, not from what we write. */

/** `fffff807`12e00000` or `0xfffff80712e00000` as a number. */
export function address(text: string): bigint {
  return BigInt(`0x${text.replace(/^0x/, '').replace('`', '')}`);
}

export interface ListedModule {
  start: bigint;
  end: bigint;
  name: string;
}

/** `lm` */
export function listedModules(output: string): ListedModule[] {
  return [...output.matchAll(/^([0-9a-f]{8}`[0-9a-f]{8}) ([0-9a-f]{8}`[0-9a-f]{8})\s+(\S+)/gm)].map(
    ([, start, end, name]) => ({ start: address(start!), end: address(end!), name: name! }),
  );
}

export interface StackFrame {
  childSp: bigint;
  returnAddress: bigint;
  site: string;
}

/** `k` */
export function stackFrames(output: string): StackFrame[] {
  const line = /^(?:[0-9a-f]{2,} )?([0-9a-f]{8}`[0-9a-f]{8}) ([0-9a-f]{8}`[0-9a-f]{8})\s+(\S.*?)\s*$/gm;
  return [...output.matchAll(line)].map(([, childSp, returnAddress, site]) => ({
    childSp: address(childSp!),
    returnAddress: address(returnAddress!),
    site: site!,
  }));
}

/** How far a call site is into its function: 0x76 of `nt!KiSwapContext+0x76`. */
export function offset(site: string): bigint {
  return BigInt(/\+(0x[0-9a-f]+)$/.exec(site)?.[1] ?? 0);
}

export interface Instruction {
  address: bigint;
  length: number;
  text: string;
}

/** `u` */
export function instructions(output: string): Instruction[] {
  const lines = output.matchAll(/^([0-9a-f]{8}`[0-9a-f]{8}) ([0-9a-f]+)\s+(\S.*)$/gm);
  return [...lines].map(([, at, bytes, text]) => ({
    address: address(at!),
    length: bytes!.length / 2,
    text: text!,
  }));
}

/** A member's value in `dt`: `"System"` of `   +0x5a8 ImageFileName : [15]  "System"`. */
export function member(output: string, name: string): string | undefined {
  return new RegExp(`^\\s+\\+0x[0-9a-f]+ ${name}\\s*: (.*)$`, 'm').exec(output)?.[1]?.trim();
}

/** `x`: addresses by name. */
export function symbols(output: string): Map<string, bigint> {
  const lines = output.matchAll(/^([0-9a-f]{8}`[0-9a-f]{8})\s+(\S+!\S+)/gm);
  return new Map([...lines].map(([, at, name]) => [name!, address(at!)]));
}

/** `dx -r1` of a collection: its keys, `0x4` of `    [0x4]  : System [Switch To]`, as numbers. */
export function keys(output: string): number[] {
  return [...output.matchAll(/^\s+\[(0x[0-9a-f]+)\]\s+:/gm)].map(([, key]) => Number(key));
}

/** Phrases that WinDbg prints when something of a dump does not hold together. */
export const COMPLAINTS = [
  'WARNING:',
  'ERROR:',
  'CORRUPT',
  'truncated',
  'inconsistent',
  'not present',
  'is null',
  'Mismatch',
  'lookup failed',
  'Unknown exception',
  'Unable to',
  'could not be loaded',
  'invalid',
  'corrupted',
  '[HRESULT',
];

/** The engine's package has no extensions; that says nothing about the dump. */
const NORMAL = ['Unable to add extension DLL'];

/** The lines with a complaint. */
export function complaints(output: string): string[] {
  const says = (line: string, phrases: string[]) => phrases.some((phrase) => line.includes(phrase));
  return output.split('\n').filter((line) => says(line, COMPLAINTS) && !says(line, NORMAL));
}
