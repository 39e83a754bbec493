import { address, hex } from '../../format/numbers.js';
import { physicalRuns } from '../../kernel/frames.js';
import { kernelPointer } from '../../kernel/lists.js';
import { entryAddresses, entryText, locationName } from '../../kernel/page-entries.js';
import { readInteger } from '../../memory/memory.js';
import { walk, type Walk } from '../../memory/page-walk.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd } from '../refuse.js';

const SELF = 9n; // bits of an index at each level

const UPPER = (value: bigint) => hex(value, 16).toUpperCase();
const COLUMN = 27;
const PAGE_SHIFT = 12n;
/** Bytes of the entries that map all addresses. */
const PTE_SPACE = 1n << 39n;
const MOST_PAGES = 0x1000n;

/** `!pte`: the page-table entries of an address. */
export const pte: Command = {
  names: ['!pte'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const given = rest.value();
    const second = rest.optionalValue();
    expectEnd('!pte', rest);
    if (second !== undefined && second <= given) return print(literalText(session, given));
    const from = second === undefined ? mappedBy(session, given) : given;
    const last = second ?? from;
    if ((last >> PAGE_SHIFT) - (from >> PAGE_SHIFT) > MOST_PAGES)
      throw new CommandError(`!pte shows ${hex(MOST_PAGES)} pages at most.\n`);
    for (let at = from; at <= last; at = ((at >> PAGE_SHIFT) + 1n) << PAGE_SHIFT)
      print(entriesText(session, at));
  },
};

/** Of an address among page-table entries, the address that the entry maps; of others, the address itself. */
function mappedBy(session: Session, given: bigint): bigint {
  const base = kernelPointer(session, 'MmPteBase');
  if (given < base || given >= base + PTE_SPACE) return given;
  return BigInt.asUintN(64, BigInt.asIntN(48, ((given - base) >> 3n) << PAGE_SHIFT));
}

/** What an address holds, taken for an entry. */
function literalText(session: Session, given: bigint): string {
  const entry = readInteger(session.memory, given, 8);
  const shown = UPPER(given).padEnd(16);
  return `PDE at ${shown}    PTE at ${shown}\ncontains ${UPPER(entry)}  contains ${UPPER(entry)}\n${entryText(entry, true).padEnd(COLUMN)}${entryText(entry, false)}\n`;
}

function entriesText(session: Session, at: bigint): string {
  let text = '';
  const print = (more: string) => (text += more);
  const { steps, outcome } = currentWalk(session, at);
  const addresses = entryAddresses(session, at);
  const column = (cells: string[]) =>
    cells
      .map((cell) => cell.padEnd(COLUMN))
      .join('')
      .trimEnd();
  print(`${' '.repeat(43)}VA ${hex(at, 16)}\n`);
  print(`${column(steps.map(({ level }, i) => `${level} at ${UPPER(addresses[i]!)}`))}\n`);
  print(
    `${column(steps.map(({ entry }) => (entry === undefined ? 'not in the dump' : `contains ${UPPER(entry)}`)))}\n`,
  );
  print(
    `${column(steps.map(({ entry }, i) => (entry === undefined ? '' : entryText(entry, steps[i]!.level !== 'PTE'))))}\n`,
  );
  if (outcome.kind === 'absent')
    print(`The page with the next table (pfn ${hex(outcome.pfn)}) is not in the dump.\n`);
  else if (outcome.kind === 'mapped' && !session.target.physical.page(Math.floor(outcome.physical / 0x1000)))
    print('The address is valid, but its page is not in the dump.\n');
  return text;
}

function currentWalk(session: Session, at: bigint): Walk {
  return session.target.processSpace(session.process).walk(at);
}

const ACTIVE = 6; // MMPFNENTRY1.PageLocation
const NAMES = { PXE: 'PML4E', PPE: 'PDPE', PDE: 'PDE', PTE: 'PTE' };

function highestFrame(session: Session): bigint {
  return physicalRuns(session).reduce(
    (last, { base, count }) => (base + count - 1n > last ? base + count - 1n : last),
    0n,
  );
}

/** `!vtop`: a translation, step by step. */
export const virtualToPhysical: Command = {
  names: ['!vtop'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const base = rest.value();
    const at = rest.value();
    expectEnd('!vtop', rest);
    const root =
      base === 0n
        ? session.target.processSpace(session.process).root
        : Number(base <= highestFrame(session) ? base << 12n : base & ~0xfffn);
    const { steps, outcome } = walk(session.target.physical, root, at);
    print(`Amd64VtoP: Virt ${address(at)}, pagedir ${address(BigInt(root))}\n`);
    for (const { level, at: where, entry } of steps) {
      if (entry === undefined)
        throw new CommandError(`Amd64VtoP: ${NAMES[level]} ${hex(where)} is not in the dump\n`);
      print(`Amd64VtoP: ${NAMES[level]} ${address(BigInt(where))} -> ${address(entry)}\n`);
    }
    if (outcome.kind !== 'mapped') {
      const last = steps.at(-1)!;
      throw new CommandError(
        `Amd64VtoP: ${last.entry === 0n ? 'zero' : 'invalid'} ${NAMES[last.level]}\nVirtual address ${hex(at)} translation fails, error 0xD0000147.\n`,
      );
    }
    print(
      `Amd64VtoP: ${outcome.pageBytes > 0x1000 ? 'Large page mapped' : 'Mapped'} phys ${address(BigInt(outcome.physical))}\n`,
    );
    print(`Virtual address ${hex(at)} translates to physical address ${hex(outcome.physical)}.\n`);
  },
};

/** `!pfn`: what a frame is used for. */
export const pfn: Command = {
  names: ['!pfn'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const number = rest.value();
    expectEnd('!pfn', rest);
    if (number > highestFrame(session))
      throw new CommandError(
        `There is no frame ${hex(number)}: the last one is ${hex(highestFrame(session))}.\n`,
      );
    const size = BigInt(session.struct('_MMPFN').size);
    const at = kernelPointer(session, 'MmPfnDatabase') + number * size;
    const entry = new TypedView(session, '_MMPFN', at);
    const value = (...paths: string[]) => {
      const path = paths.find((one) => entry.has(one));
      return path === undefined ? 0n : entry.value(path);
    };
    const location = Number(value('u3.e1.PageLocation'));
    const isActive = location === ACTIVE;
    const flags = [
      value('u3.e1.Modified') ? 'M' : '',
      value('u4.PrototypePte') ? 'P' : '',
      value('u3.e1.ReadInProgress') ? 'R' : '',
      value('u3.e1.WriteInProgress') ? 'W' : '',
    ].join('');
    const cache = ['NonCached', 'Cached', 'WriteComb', 'NotMapped'][Number(value('u3.e1.CacheAttribute'))]!;
    print(`    PFN ${hex(number, 8).toUpperCase()} at address ${UPPER(at)}\n`);
    print(
      `    flink       ${hex(value('u1.Flink'), 8)}  blink / share count ${hex(value('u2.ShareCount', 'u2.Blink'), 8)}  pteaddress ${UPPER(value('PteAddress'))}\n`,
    );
    print(
      `    reference count ${hex(value('u3.ReferenceCount', 'u3.e2.ReferenceCount'), 4)}    used entry count  ${hex(isActive ? value('u1.UsedPageTableEntries') : 0n, 4)}      ${cache.padEnd(9)} color 0   Priority ${value('u3.e3.Priority', 'u3.e1.Priority')}\n`,
    );
    print(
      `    restore pte ${hex(value('OriginalPte.u.Long'), 8)}  containing page ${hex(value('u4.PteFrame'), 6)}  ${locationName(location).padEnd(10)} ${flags}\n`,
    );
    print('\n');
  },
};

/** `!ptov`: all that a page directory maps. */
export const physicalToVirtual: Command = {
  names: ['!ptov'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const base = Number(rest.value() & ~0xfffn);
    expectEnd('!ptov', rest);
    print(`Amd64PtoV: pagedir ${hex(base)}, 64bit PML4\n`);
    for (const line of mappings(session, base, 0, 0n)) print(line);
  },
};

const MOST_MAPPINGS = 200_000;

function* mappings(
  session: Session,
  table: number,
  depth: number,
  prefix: bigint,
  seen = { count: 0 },
): Iterable<string> {
  const page = session.target.physical.page(table / 0x1000);
  if (!page) return;
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const shift = BigInt(39 - depth * Number(SELF));
  for (let i = 0; i < 512 && seen.count < MOST_MAPPINGS; i++) {
    const entry = view.getBigUint64(i * 8, true);
    if (!(entry & 1n)) continue;
    const frame = Number(entry & 0xffffffffff000n);
    const at = prefix | (BigInt(i) << shift);
    if (depth === 0 && frame === table) continue; // the self-map
    if (depth < 3 && !(entry & 0x80n && depth > 0)) yield* mappings(session, frame, depth + 1, at, seen);
    else {
      seen.count++;
      const large = depth < 3 ? ' (large page)' : '';
      yield `${hex(frame)} ${hex(BigInt.asUintN(64, BigInt.asIntN(48, at)))}${large}\n`;
    }
  }
}
