import { regionOf } from '../../explain/regions.js';
import { hex } from '../../format/numbers.js';
import { poolBlocks, poolBlocksAround, type PoolBlock } from '../../kernel/pool-blocks.js';
import type { Session } from '../../session.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { matcher } from '../../patterns.js';

const PAGE = 0x1000n;
const NAMES: Readonly<Record<string, string>> = { NonPagedPool: 'Nonpaged pool', PagedPool: 'Paged pool' };
const HEADER = 0x10n; // POOL_HEADER

function poolName(session: Session, at: bigint): string {
  const region = regionOf(session, at);
  return (region && NAMES[region.name]) ?? 'Unknown';
}

/** `!pool`: the blocks of the page that an address lies in. */
export const pool: Command = {
  names: ['!pool'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const at = rest.optionalValue() ?? session.scope.context.rip;
    const page = at & ~(PAGE - 1n);
    // The page may begin in a block that another one holds the start of.
    const blocks = [...poolBlocksAround(session, page, page + PAGE)];
    print(`Pool page ${hex(at, 16)} region is ${poolName(session, at)}\n`);
    if (blocks.length === 0) throw new CommandError(`${hex(at, 16)} is not in a block of pool\n`);
    for (const block of blocks) print(blockLine(block, at));
  },
};

function blockLine({ start, bytes, isAllocated, tag, hasHeader }: PoolBlock, at: bigint): string {
  const isIt = at >= start && at < start + bytes;
  const mark = isIt ? '*' : ' ';
  if (isAllocated && !hasHeader)
    return `${mark}${hex(start, 16)} : large page allocation, tag is ${tag || '????'}, size is 0x${hex(bytes)} bytes\n`;
  const state = isAllocated ? '(Allocated)' : '(Free)     ';
  return `${mark}${hex(start, 16)} size: ${hex(bytes).padStart(4)} previous size:    0  ${state} ${mark}${tag}\n`;
}

/** Bits of the second argument. Source: the debugger's documentation. */
const PAGED = 1n;

/** `!poolfind`: all blocks with a tag. */
export const poolFind: Command = {
  names: ['!poolfind'],
  run({ session, print }, args) {
    const found = /^-?(?:tag\s+)?(?:"([^"]{1,4})"|(\S{1,4}))(?:\s+(.+))?$/.exec(args.trim());
    if (!found) throw new CommandError('Usage: !poolfind TAG [0|1]\n');
    const fits = matcher((found[1] ?? found[2]!).padEnd(4).replace(/\* +$/, '*'));
    const kind = found[3] === undefined ? undefined : new Arguments(session, found[3]).value();
    const wanted = kind === undefined ? undefined : kind & PAGED ? NAMES['PagedPool'] : NAMES['NonPagedPool'];
    let count = 0;
    let total = 0n;
    for (const block of poolBlocks(session)) {
      if (!block.isAllocated || !fits(block.tag)) continue;
      const name = poolName(session, block.start);
      if (wanted !== undefined && name !== wanted) continue;
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
