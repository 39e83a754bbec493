import { kernelGlobal } from '../../kernel/lists.js';
import { readInteger } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { matcher } from '../../patterns.js';
import { refuseFlags } from '../refuse.js';

const MOST_TRACKERS = 0x10000;
const TAG_LENGTH = 4;
/** Bits of the flags of `!poolused`. Source: the debugger's documentation. */
const FLAG = { verbose: 1, byNonPaged: 2, byPaged: 4 };
const KNOWN_FLAGS = FLAG.verbose | FLAG.byNonPaged | FLAG.byPaged;

/** `!poolused`: pool by tag. */
export const poolUsed: Command = {
  names: ['!poolused'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const flags = Number(rest.optionalValue() ?? 0n);
    refuseFlags('!poolused', flags, KNOWN_FLAGS);
    if (flags & FLAG.byNonPaged && flags & FLAG.byPaged)
      throw new CommandError(
        'Flags 2 and 4 of !poolused do not go together: it sorts by one kind of pool.\n',
      );
    const pattern = rest.rest;
    const fits = matcher(pattern.padEnd(TAG_LENGTH).replace(/\* +$/, '*'));
    const rows = [...trackers(session).values()].filter(({ tag }) => pattern === '' || fits(tag));
    const kind = flags & FLAG.byPaged ? 'paged' : 'nonPaged';
    const isByUse = (flags & (FLAG.byNonPaged | FLAG.byPaged)) !== 0;
    const byTag = (a: Usage, b: Usage) => (a.tag < b.tag ? -1 : 1);
    const byUse = (a: Usage, b: Usage) => Number(b[kind].bytes - a[kind].bytes);
    const sorted = rows.sort((a, b) => (isByUse && byUse(a, b)) || byTag(a, b));
    if (!isByUse) print(' Sorting by Tag\n');
    else if (flags & FLAG.byPaged) print(' Sorting by Paged Pool Consumed\n');
    else print(' Sorting by NonPaged Pool Consumed\n');
    print((flags & FLAG.verbose) !== 0 ? VERBOSE_HEADING : HEADING);
    const cells = flags & FLAG.verbose ? verboseCells : briefCells;
    for (const row of sorted) print(` ${row.tag} ${cells(row.nonPaged)} ${cells(row.paged)}\n`);
    const total = (of: 'nonPaged' | 'paged') => sorted.reduce((sum, row) => added(sum, row[of]), NOTHING);
    print(`\nTOTAL ${cells(total('nonPaged'))} ${cells(total('paged'))}\n`);
  },
};

const HEADING =
  '\n               NonPaged                  Paged\n Tag     Allocs         Used     Allocs         Used\n\n';
const VERBOSE_HEADING =
  `\n${' '.repeat(26)}NonPaged${' '.repeat(39)}Paged\n` +
  ` Tag     Allocs      Frees       Diff         Used     Allocs      Frees       Diff         Used\n\n`;

interface PoolCount {
  allocs: bigint;
  frees: bigint;
  bytes: bigint;
}
const NOTHING: PoolCount = { allocs: 0n, frees: 0n, bytes: 0n };

function added(a: PoolCount, b: PoolCount): PoolCount {
  return { allocs: a.allocs + b.allocs, frees: a.frees + b.frees, bytes: a.bytes + b.bytes };
}

const column = (value: bigint, width: number) => String(value).padStart(width);

function briefCells({ allocs, frees, bytes }: PoolCount): string {
  return `${column(allocs - frees, 10)} ${column(bytes, 12)}`;
}

function verboseCells({ allocs, frees, bytes }: PoolCount): string {
  return `${column(allocs, 10)} ${column(frees, 10)} ${column(allocs - frees, 10)} ${column(bytes, 12)}`;
}

interface Usage {
  tag: string;
  nonPaged: PoolCount;
  paged: PoolCount;
}

/** Sums of the tables of all processors, by tag. */
function trackers(session: Session): Map<string, Usage> {
  const rows = new Map<string, Usage>();
  const size = readInteger(session.memory, kernelGlobal(session, 'PoolTrackTableSize'), 8);
  const tables = kernelGlobal(session, 'ExPoolTagTables');
  const struct = session.struct('_POOL_TRACKER_TABLE');
  const count = Number(size > BigInt(MOST_TRACKERS) ? BigInt(MOST_TRACKERS) : size);
  for (let number = 0; number < session.target.processors.length; number++) {
    const table = readInteger(session.memory, tables + BigInt(number * 8), 8);
    if (table === 0n) continue;
    for (let i = 0; i < count; i++) {
      const view = new TypedView(session, struct, table + BigInt(i * struct.size));
      if (view.value('Key') === 0n) continue;
      const tag = tagText(view.number('Key'));
      const counts = (kind: string) => ({
        allocs: view.value(`${kind}Allocs`),
        frees: view.value(`${kind}Frees`),
        bytes: view.value(`${kind}Bytes`),
      });
      const row = rows.get(tag) ?? { tag, nonPaged: NOTHING, paged: NOTHING };
      const [nonPaged, paged] = [added(row.nonPaged, counts('NonPaged')), added(row.paged, counts('Paged'))];
      rows.set(tag, { tag, nonPaged, paged });
    }
  }
  return rows;
}

function tagText(key: number): string {
  return [0, 8, 16, 24].map((shift) => String.fromCharCode((key >>> shift) & 0x7f)).join('');
}
