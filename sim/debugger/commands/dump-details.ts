import { BitmapPages } from '../dump/bitmap-pages.js';
import { DumpType, isFill } from '../dump/kernel-header.js';
import { PAGE_BYTES } from '../dump/page-map.js';
import { headerRuns, RunPages, type Run } from '../dump/run-pages.js';
import { address, hex } from '../format/numbers.js';
import { readPointer } from '../memory/memory.js';
import type { Session } from '../session.js';
import { Arguments } from './arguments.js';
import { CommandError, type Command } from './command.js';
import { minidumpText } from './minidump-details.js';
import { triageText } from './triage-details.js';

const NAME_WIDTH = 20;

/** `.dumpdebug`: the header of the dump, field by field. */
export const dumpDebug: Command = {
  names: ['.dumpdebug'],
  run({ session, print }) {
    if (session.user) return print(minidumpText(session.user));
    const { header } = session.target;
    const row = (name: string, value: string) => `${name.padEnd(NAME_WIDTH)}${value}\n`;
    const long = (value: number) => hex(value, 8);
    print(`${bannerOf(session)}\nDUMP_HEADER64:\n`);
    print(row('MajorVersion', long(header.MajorVersion)) + row('MinorVersion', long(header.MinorVersion)));
    print(row('KdSecondaryVersion', long(header.KdSecondaryVersion)));
    print(
      row('DirectoryTableBase', address(header.DirectoryTableBase)) +
        row('PfnDataBase', address(header.PfnDataBase)),
    );
    print(row('PsLoadedModuleList', address(header.PsLoadedModuleList)));
    print(row('PsActiveProcessHead', address(header.PsActiveProcessHead)));
    print(
      row('MachineImageType', long(header.MachineImageType)) +
        row('NumberProcessors', long(header.NumberProcessors)),
    );
    print(row('BugCheckCode', long(header.BugCheckCode)));
    print(row('BugCheckParameter1', address(header.BugCheckParameter1)));
    print(row('BugCheckParameter2', address(header.BugCheckParameter2)));
    print(row('BugCheckParameter3', address(header.BugCheckParameter3)));
    print(row('BugCheckParameter4', address(header.BugCheckParameter4)));
    print(row('KdDebuggerDataBlock', address(header.KdDebuggerDataBlock)));
    if (header.comment) print(row('Comment', `'${header.comment}'`));
    if (!isFill(header.ProductType))
      print(row('ProductType', long(header.ProductType)) + row('SuiteMask', long(header.SuiteMask)));
    if (!isFill(header.WriterStatus)) print(row('WriterStatus', long(header.WriterStatus)));
    if (!isFill(header.Attributes)) print(row('Attributes', long(header.Attributes)));
    if (session.target.triage) {
      print(
        `${row('MiniDumpFields', `${long(header.MiniDumpFields)} `)}${triageText(session.target.triage)}`,
      );
      return;
    }
    print(pagesText(session, row) + processorsText(session));
  },
};

function bannerOf({ target: { header } }: Session): string {
  switch (header.DumpType) {
    case DumpType.FULL:
      return '----- 64 bit Kernel Full Dump Analysis\n';
    case DumpType.SUMMARY:
      return '----- 64 bit Kernel Summary Dump Analysis\n';
    case DumpType.TRIAGE:
      return '----- 64 bit Kernel Mini Dump Analysis\n';
    case DumpType.BITMAP_FULL:
      return '----- 64 bit Kernel Bitmap Dump Analysis - full address space is available\n';
    case DumpType.BITMAP_KERNEL:
      return '----- 64 bit Kernel Bitmap Dump Analysis - Kernel address space is available,\n      User address space may not be available.\n';
    default:
      return '----- 64 bit Range Dump Analysis\n';
  }
}

function pagesText(session: Session, row: (name: string, value: string) => string): string {
  const { header, physical } = session.target;
  const { pages: map } = physical;
  if (header.DumpType === DumpType.FULL) {
    const runs = headerRuns(header);
    const count = `Number of runs: ${runs.length} (limited to ${runs.length})\n`;
    return `\nPhysical Memory Description:\n${count}${runsText(runs)}`;
  }
  if (map instanceof RunPages && map.ranges)
    return (
      `\nRANGE_DUMP:\n${row('HeaderSize', hex(map.ranges.firstPage))}${row('DescriptorSize', hex(map.ranges.bytes))}` +
      `\nPhysical Memory Range Description:\n${row('Pages', hex(map.pages))}` +
      `${row('NumberOfRanges', hex(map.runs.length))}${runsText(map.runs)}`
    );
  if (!(map instanceof BitmapPages)) return '';
  const { pages, limit } = map;
  if (header.DumpType === DumpType.SUMMARY)
    return (
      `\nSUMMARY_DUMP64:\n` +
      row('DumpOptions', hex(map.options, 8)) +
      row('HeaderSize', hex(map.firstPage, 8)) +
      row('BitmapSize', hex(limit, 8)) +
      row('Pages', hex(pages, 8)) +
      row('Bitmap.SizeOfBitMap', hex(limit, 8))
    );
  return (
    `\nBITMAP_DUMP:\n` +
    row('DumpOptions', hex(map.options, 8)) +
    row('HeaderSize', hex(map.firstPage)) +
    row('BitmapSize', hex(limit)) +
    row('Pages', hex(pages))
  );
}

/** Runs of memory of a complete dump. Offsets are told as the engine tells them: a page before where they are. */
function runsText(runs: readonly Run[]): string {
  const line = (...values: number[]) =>
    `           ${values.map((value) => address(BigInt(value))).join('     ')}\n`;
  let offset = PAGE_BYTES;
  let text = '          FileOffset           Start Address           Length\n';
  for (const { base, count } of runs) {
    text += line(offset, base * PAGE_BYTES, count * PAGE_BYTES);
    offset += count * PAGE_BYTES;
  }
  const last = runs.at(-1);
  if (!last) return text;
  return `${text}Last Page: ${address(BigInt(offset - PAGE_BYTES))}     ${address(BigInt((last.base + last.count - 1) * PAGE_BYTES))}\n`;
}

function processorsText({ target }: Session): string {
  const block = target.data.KiProcessorBlock;
  const count = target.processors.length; // a damaged header may tell of any number
  const entries = Array.from({ length: count }, (_, i) =>
    address(readPointer(target.system, block + BigInt(i * 8))),
  );
  const lines: string[] = [];
  for (let i = 0; i < entries.length; i += 4) lines.push(`  ${entries.slice(i, i + 4).join(' ')}\n`);
  return `\nKiProcessorBlock at ${address(block)}\n  ${count} KiProcessorBlock entries:\n${lines.join('')}`;
}

/** `.writemem`: bytes of memory into a file. */
export const writeMemory: Command = {
  names: ['.writemem'],
  run({ session, print, writeFile }, args) {
    const found = /^(?:"([^"]+)"|(\S+))\s+(.*)$/.exec(args);
    if (!found) throw new CommandError('Usage: .writemem FILE ADDRESS L<bytes>\n');
    const range = new Arguments(session, found[3]!);
    const { start, count = 0 } = range.range(() => range.address(), 1);
    const bytes = session.memory.read(start, count);
    if (bytes.length === 0)
      throw new CommandError(`Unable to read memory at ${address(start)}, file is empty\n`);
    writeFile(found[1] ?? found[2]!, bytes);
    print(`Writing ${hex(bytes.length)} bytes.\n`);
  },
};
