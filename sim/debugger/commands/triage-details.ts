import type { TriageDump, TriageHeader } from '../dump/triage-dump.js';
import { address, hex } from '../format/numbers.js';

const NAME_WIDTH = 22;
/** Fields of TRIAGE_DUMP64 that are shown, in their order. */
const SHOWN = [
  'ServicePackBuild', 'SizeOfDump', 'ValidOffset', 'ContextOffset', 'ExceptionOffset', 'MmOffset',
  'UnloadedDriversOffset', 'PrcbOffset', 'ProcessOffset', 'ThreadOffset', 'CallStackOffset', 'SizeOfCallStack',
  'DriverListOffset', 'DriverCount', 'StringPoolOffset', 'StringPoolSize', 'BrokenDriverOffset', 'TriageOptions',
  'TopOfStack', 'BStoreOffset', 'SizeOfBStore', 'LimitOfBStore', 'DebuggerDataOffset', 'DebuggerDataSize',
  'DataBlocksOffset', 'DataBlocksCount',
] as const satisfies readonly (keyof TriageHeader)[]; // prettier-ignore

/** What `.dumpdebug` says of a small dump behind its header: where its parts lie, and the pieces of memory. */
export function triageText(dump: TriageDump): string {
  const shown = (value: number | bigint) => (typeof value === 'bigint' ? address(value) : hex(value, 8));
  const rows = SHOWN.map((name) => `${name.padEnd(NAME_WIDTH)}${shown(dump.header[name])} \n`);
  const blocks = dump.blocks();
  const lines = blocks.map(
    ({ Address, Size, Offset }) =>
      `  ${address(Address)} - ${address(Address + BigInt(Size) - 1n)} at offset ${hex(Offset, 8)}\n`,
  );
  const last = blocks.reduce((most, { Offset, Size }) => Math.max(most, Offset + Size), 0);
  const end = `  Max offset ${hex(last)}, ${hex(dump.file.size - last)} from end of file\n`;
  return `\nTRIAGE_DUMP64:\n${rows.join('')}${lines.join('')}${end}`;
}
