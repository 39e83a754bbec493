import type { DumpPrefix } from '../dump-prefix.js';
import type { Readings } from '../readings.js';
import { fieldIn, offsetIn, sizeOf, structure } from '../structure.js';

const ENTRIES = 64; // RTL_UNLOAD_EVENT_TRACE_NUMBER

/** An entry of ntdll's trace. */
export interface UnloadedReading {
  readonly base: bigint;
  readonly size: number;
  readonly sequence: number;
  readonly timeDateStamp: number;
  readonly checkSum: number;
  readonly name: string;
}

/** What the process's ntdll has noted of DLLs that were unloaded, the first one first, as RtlGetUnloadEventTrace tells it. */
export function readUnloaded(readings: Readings, trace: bigint): UnloadedReading[] {
  const size = sizeOf('RTL_UNLOAD_EVENT_TRACE');
  const table = readings.memory(trace, ENTRIES * size);
  return Array.from({ length: ENTRIES }, (_, index) =>
    entryOf(table.subarray(index * size, (index + 1) * size)),
  )
    .filter(({ base }) => base !== 0n)
    .sort((a, b) => a.sequence - b.sequence);
}

function entryOf(entry: Uint8Array): UnloadedReading {
  const field = (name: string) => fieldIn(entry, 'RTL_UNLOAD_EVENT_TRACE', name);
  const view = new DataView(entry.buffer, entry.byteOffset, entry.byteLength);
  const name = offsetIn('RTL_UNLOAD_EVENT_TRACE', 'ImageName');
  let text = '';
  for (let at = name; view.getUint16(at, true) !== 0; at += 2)
    text += String.fromCharCode(view.getUint16(at, true));
  return {
    base: view.getBigUint64(offsetIn('RTL_UNLOAD_EVENT_TRACE', 'BaseAddress'), true),
    size: Number(view.getBigUint64(offsetIn('RTL_UNLOAD_EVENT_TRACE', 'SizeOfImage'), true)),
    sequence: field('Sequence'),
    timeDateStamp: field('TimeDateStamp'),
    checkSum: field('CheckSum'),
    name: text,
  };
}

/** The list of unloaded modules. */
export function writeUnloadedModules(prefix: DumpPrefix, modules: readonly UnloadedReading[]): void {
  const entries = modules.map(({ base, size, timeDateStamp, checkSum, name }) =>
    structure('MINIDUMP_UNLOADED_MODULE', {
      BaseOfImage: base,
      SizeOfImage: size,
      CheckSum: checkSum,
      TimeDateStamp: timeDateStamp,
      ModuleNameRva: prefix.string(name),
    }),
  );
  const header = structure('MINIDUMP_UNLOADED_MODULE_LIST', {
    SizeOfHeader: sizeOf('MINIDUMP_UNLOADED_MODULE_LIST'),
    SizeOfEntry: sizeOf('MINIDUMP_UNLOADED_MODULE'),
    NumberOfEntries: modules.length,
  });
  prefix.stream('UnloadedModuleListStream', header, ...entries);
}
