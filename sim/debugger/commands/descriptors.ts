import { viewOf } from '../files/record.js';
import { address, hex } from '../format/numbers.js';
import type { Session } from '../session.js';
import { Arguments } from './arguments.js';
import { CommandError, type Command } from './command.js';
import { expectEnd, expectNoOption } from './refuse.js';

const ENTRY_BYTES = 8;
/** Of a descriptor's second half: it is present, and a segment of code or data. */
const PRESENT = 0x8000;
const SEGMENT = 0x1000;
/** Code and data segments by the low four bits of their type. Source: Intel SDM, volume 3, 3.4.5.1. */
const SEGMENT_TYPES = [
  'Data RO   ', 'Data RO Ac', 'Data RW   ', 'Data RW Ac', 'Data RO E ', 'Data RO E A', 'Data RW E ', 'Data RW E A',
  'Code EO   ', 'Code EO Ac', 'Code RE   ', 'Code RE Ac', 'Code EO C ', 'Code EO C A', 'Code RE C ', 'Code RE C A',
]; // prettier-ignore
/** System descriptors, volume 3, 3.5. */
const SYSTEM_TYPES: Readonly<Record<number, string>> = { 9: 'TSS32 Avl ', 11: 'TSS32 Busy' };

const HEADING =
  '                                                    P Si Gr Pr Lo\n' +
  'Sel        Base              Limit          Type    l ze an es ng Flags\n' +
  '---- ----------------- ----------------- ---------- - -- -- -- -- --------\n';

/** `dg`: descriptors of the GDT. */
export const descriptors: Command = {
  names: ['dg'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const first = Number(rest.value()) & ~7;
    const last = Number(rest.optionalValue() ?? BigInt(first)) & ~7;
    if (last < first) throw rest.problem('Range error', 'dg');
    print(HEADING);
    for (let selector = first; selector <= last; selector += ENTRY_BYTES)
      print(descriptorText(session, selector));
  },
};

/** `!gdt`: all descriptors of the current processor's GDT, those of the system with their whole base. */
export const descriptorTable: Command = {
  names: ['!gdt'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    expectNoOption('!gdt', rest);
    expectEnd('!gdt', rest);
    const { gdtr = 0n, gdtl = 0n } = session.currentProcessor?.special ?? {};
    if (gdtr === 0n) throw new CommandError('The processor is not in the dump.\n');
    print(`\nDumping GDT: ${hex(gdtr, 16)} limit ${hex(gdtl, 4)}\n\n${HEADING}`);
    for (let selector = 0; selector + ENTRY_BYTES - 1 <= gdtl; selector += ENTRY_BYTES) {
      const bytes = session.memory.read(gdtr + BigInt(selector), 2 * ENTRY_BYTES);
      if (bytes.length < ENTRY_BYTES) return print(`${hex(selector, 4)} is not in the dump\n`);
      const high = viewOf(bytes).getUint32(4, true);
      const isSystem = (high & (SEGMENT | PRESENT)) === PRESENT && bytes.length === 2 * ENTRY_BYTES;
      print(
        descriptorText(session, selector, isSystem ? viewOf(bytes).getUint32(ENTRY_BYTES, true) : undefined),
      );
      if (isSystem) selector += ENTRY_BYTES;
    }
  },
};

/** @param upper bits 32 to 63 of the base, for a descriptor of 16 bytes that is shown whole */
function descriptorText(session: Session, selector: number, upper?: number): string {
  const base = session.target.processors[session.processor]?.special.gdtr ?? 0n;
  const bytes = session.memory.read(base + BigInt(selector), ENTRY_BYTES);
  if (bytes.length < ENTRY_BYTES)
    throw new CommandError(`Unable to get descriptor for selector ${hex(selector)}\n`);
  const [low, high] = [viewOf(bytes).getUint32(0, true), viewOf(bytes).getUint32(4, true)];
  const at = ((low >>> 16) | ((high & 0xff) << 16) | (high & 0xff000000)) >>> 0;
  const bit = (n: number) => ((high >>> n) & 1) === 1;
  const pages = bit(23);
  const limit = ((low & 0xffff) | (high & 0xf0000)) >>> 0;
  const isSegment = (high & SEGMENT) !== 0;
  const type = (high >>> 8) & 15;
  const name = isSegment ? SEGMENT_TYPES[type]! : (SYSTEM_TYPES[type] ?? '<Reserved>');
  const flags = ((high >>> 8) & 0xff) | (((high >>> 20) & 15) << 8);
  const shownBase =
    upper !== undefined
      ? (BigInt(upper) << 32n) | BigInt(at)
      : isSegment || at < 0x80000000
        ? BigInt(at)
        : BigInt.asUintN(64, BigInt.asIntN(32, BigInt(at)));
  const cells = [
    (high >>> 13) & 3,
    bit(22) ? 'Bg' : 'Nb',
    pages ? 'Pg' : 'By',
    bit(15) ? 'P ' : 'Np',
    bit(21) ? 'Lo' : 'Nl',
  ];
  const shownLimit = BigInt(pages ? limit * 0x1000 + 0xfff : limit);
  return `${hex(selector, 4)} ${address(shownBase)} ${address(shownLimit)} ${name} ${cells.join(' ')} ${hex(flags, 8)}\n`;
}
