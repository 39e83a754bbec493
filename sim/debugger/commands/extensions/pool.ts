import { regionOf } from '../../explain/regions.js';
import { hex } from '../../format/numbers.js';
import { poolBlocks, poolBlocksAround, type PoolBlock } from '../../kernel/pool-blocks.js';
import type { Session } from '../../session.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { matcher } from '../../patterns.js';
import { expectEnd, refuse, refuseFlags } from '../refuse.js';

const PAGE = 0x1000n;
const NAMES: Readonly<Record<string, string>> = { NonPagedPool: 'Nonpaged pool', PagedPool: 'Paged pool' };
const HEADER = 0x10n; // POOL_HEADER

function poolName(session: Session, at: bigint): string {
  const region = regionOf(session, at);
  return (region && NAMES[region.name]) ?? 'Unknown';
}

/** Bits of the flags of `!pool`. Source: Microsoft, "!pool". */
const POOL_FLAG = { contents: 1, onlyThat: 2, noDescription: 0x80000000 };
const CONTENTS_BYTES = 0x20n;

/** `!pool`: the blocks of the page that an address lies in. */
export const pool: Command = {
  names: ['!pool'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const at = rest.optionalValue() ?? session.scope.context.rip;
    const flags = Number(rest.optionalValue() ?? 0n);
    expectEnd('!pool', rest);
    refuseFlags('!pool', flags, POOL_FLAG.contents | POOL_FLAG.onlyThat | POOL_FLAG.noDescription);
    const page = at & ~(PAGE - 1n);
    // The page may begin in a block that another one holds the start of.
    const blocks = [...poolBlocksAround(session, page, page + PAGE)];
    if ((flags & POOL_FLAG.noDescription) === 0)
      print(`Pool page ${hex(at, 16)} region is ${poolName(session, at)}\n`);
    if (blocks.length === 0) throw new CommandError(`${hex(at, 16)} is not in a block of pool\n`);
    for (const block of blocks) {
      const isIt = at >= block.start && at < block.start + block.bytes;
      if (flags & POOL_FLAG.onlyThat && !isIt) continue;
      print(blockLine(block, at));
      if (flags & POOL_FLAG.contents) print(contentsText(session, block));
    }
  },
};

/** The first bytes behind a block's header, as many as WinDbg shows. */
function contentsText(session: Session, { start, bytes, hasHeader }: PoolBlock): string {
  const from = start + (hasHeader ? HEADER : 0n);
  const left = start + bytes - from;
  const shown = session.memory.read(from, Number(left < CONTENTS_BYTES ? left : CONTENTS_BYTES) & ~15);
  const view = new DataView(shown.buffer, shown.byteOffset, shown.byteLength);
  let text = '';
  for (let i = 0; i + 16 <= shown.length; i += 16) {
    const words = [0, 4, 8, 12].map((offset) => hex(view.getUint32(i + offset, true), 8));
    text += `    ${hex(from + BigInt(i), 16)}  ${words.join(' ')}\n`;
  }
  return `${text}\n`;
}

function blockLine({ start, bytes, isAllocated, tag, hasHeader }: PoolBlock, at: bigint): string {
  const isIt = at >= start && at < start + bytes;
  const mark = isIt ? '*' : ' ';
  if (isAllocated && !hasHeader)
    return `${mark}${hex(start, 16)} : large page allocation, tag is ${tag || '????'}, size is 0x${hex(bytes)} bytes\n`;
  const state = isAllocated ? '(Allocated)' : '(Free)     ';
  return `${mark}${hex(start, 16)} size: ${hex(bytes).padStart(4)} previous size:    0  ${state} ${mark}${tag}\n`;
}

/** Kinds of pool by the second argument. Source: Microsoft, "!poolfind". */
const KINDS: Readonly<Record<number, string>> = { 0: NAMES['NonPagedPool']!, 1: NAMES['PagedPool']! };
const REFUSED: Readonly<Record<number, string>> = { 2: 'Special pool (2)', 4: 'Session pool (4)' };
const TAG_LENGTH = 4;

/** `!poolfind`: all blocks with a tag. */
export const poolFind: Command = {
  names: ['!poolfind'],
  run({ session, print }, args) {
    const { tag, kind } = poolQuestion(session, args);
    const fits = matcher(tag.padEnd(TAG_LENGTH).replace(/\* +$/, '*'));
    let count = 0;
    let total = 0n;
    for (const block of poolBlocks(session)) {
      if (!block.isAllocated || !fits(block.tag)) continue;
      const name = poolName(session, block.start);
      if (kind !== undefined && name !== kind) continue;
      const header = block.hasHeader ? HEADER : 0n;
      count++;
      total += block.bytes;
      print(
        `${hex(block.start + header, 16)} : tag ${block.tag}, size ${`0x${hex(block.bytes - header)}`.padStart(9)}, ${name}\n`,
      );
    }
    print(`\n${count} blocks, 0x${hex(total)} bytes\n`);
  },
};

/** `TAG [TYPE]`, `0xVALUE [TYPE]`, or `-tag TAG [-nonpaged|-paged]`. */
function poolQuestion(session: Session, args: string): { tag: string; kind: string | undefined } {
  const rest = new Arguments(session, args);
  let [tag, kind]: (string | undefined)[] = [];
  for (let option = rest.letterOption(); option !== undefined; option = rest.letterOption()) {
    if (option === 'nonpaged') kind = NAMES['NonPagedPool'];
    else if (option === 'paged') kind = NAMES['PagedPool'];
    else if (option === 'tag') tag = tagOf(rest);
    else refuse('!poolfind', `Option -${option}`);
  }
  tag ??= tagOf(rest);
  if (tag === undefined) throw new CommandError('Usage: !poolfind TAG [0|1]\n');
  const type = rest.optionalValue();
  expectEnd('!poolfind', rest);
  if (type === undefined) return { tag, kind };
  const refused = REFUSED[Number(type)];
  if (refused) refuse('!poolfind', refused);
  kind = KINDS[Number(type)];
  if (kind === undefined)
    throw new CommandError(`${hex(type)} is no type of pool: 0 is nonpaged, 1 paged.\n`);
  return { tag, kind };
}

/** A tag as text, in quotes when it has spaces, or as a number whose lowest byte is the first character. */
function tagOf(rest: Arguments): string | undefined {
  const quoted = rest.scanner.match(/"[^"]*"/)?.slice(1, -1);
  const given = quoted ?? rest.word();
  if (given === undefined) return undefined;
  if (/^0x[0-9a-f]{1,8}$/.test(given)) {
    const value = Number.parseInt(given, 16);
    return [0, 8, 16, 24].map((shift) => String.fromCharCode((value >>> shift) & 0x7f)).join('');
  }
  if (given.length > TAG_LENGTH)
    throw new CommandError(`${given} is no tag of pool: a tag has four characters.\n`);
  return given;
}
