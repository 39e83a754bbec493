import settings from '../minidump.json';
import type { DumpPrefix } from '../dump-prefix.js';
import type { ThreadReading } from '../readings.js';
import { sizeOf, structure } from '../structure.js';

const CLOCK_TICK = 156_250n; // 100 ns
/** Offset of Rsp in the CONTEXT of x64, as winnt.h has it. */
const CONTEXT_RSP = 0x98;

/** Where in the file the bytes at an address lie; 0 where they are not in it or beyond what an RVA can say. */
export type Locate = (address: bigint) => number;

function list(entries: readonly Uint8Array[]): Uint8Array[] {
  return [structureOfCount(entries.length), ...entries];
}

function structureOfCount(count: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, count, true);
  return bytes;
}

/** Sets room aside for the list of threads; {@link writeThreads} fills it. */
export function reserveThreads(prefix: DumpPrefix, threads: readonly ThreadReading[]): number {
  const entry = new Uint8Array(sizeOf('MINIDUMP_THREAD'));
  return prefix.stream('ThreadListStream', ...list(threads.map(() => entry)));
}

/** Times, start addresses and affinities of threads. */
export function writeThreadInfos(prefix: DumpPrefix, threads: readonly ThreadReading[]): void {
  const size = sizeOf('MINIDUMP_THREAD_INFO');
  const header = {
    SizeOfHeader: sizeOf('MINIDUMP_THREAD_INFO_LIST'),
    SizeOfEntry: size,
    NumberOfEntries: threads.length,
  };
  prefix.stream(
    'ThreadInfoListStream',
    structure('MINIDUMP_THREAD_INFO_LIST', header),
    ...threads.map((thread) =>
      structure('MINIDUMP_THREAD_INFO', {
        ThreadId: thread.tid,
        ExitStatus: thread.exitStatus,
        CreateTime: thread.createTime,
        ExitTime: thread.exitTime,
        KernelTime: thread.kernelTicks * CLOCK_TICK,
        UserTime: thread.userTicks * CLOCK_TICK,
        StartAddress: thread.startAddress,
        Affinity: thread.affinity,
      }),
    ),
  );
}

/** Names of the threads that have one. */
export function writeThreadNames(prefix: DumpPrefix, threads: readonly ThreadReading[]): void {
  const named = threads.filter(({ name }) => name !== '');
  const size = sizeOf('MINIDUMP_THREAD_NAME');
  const rva = prefix.stream('ThreadNamesStream', ...list(named.map(() => new Uint8Array(size))));
  named.forEach(({ tid, name }, index) => {
    const entry = { ThreadId: tid, RvaOfThreadName: prefix.string(name) };
    prefix.set(rva + 4 + index * size, structure('MINIDUMP_THREAD_NAME', entry));
  });
}

/** Appends the registers of the threads; returns their RVAs. */
export function writeContexts(prefix: DumpPrefix, threads: readonly ThreadReading[]): number[] {
  return threads.map(({ context }) => prefix.append(context));
}

/** Fills the list of threads that lies at `rva`. */
export function writeThreads(
  prefix: DumpPrefix,
  rva: number,
  threads: readonly ThreadReading[],
  contexts: readonly number[],
  priorityClass: bigint,
  locate: Locate,
): void {
  const classes: Readonly<Record<string, number>> = settings.priorityClasses;
  threads.forEach((thread, index) => {
    const rsp = new DataView(thread.context.buffer).getBigUint64(CONTEXT_RSP, true);
    const entry = structure('MINIDUMP_THREAD', {
      ThreadId: thread.tid,
      SuspendCount: thread.suspendCount,
      PriorityClass: classes[String(priorityClass)] ?? 0,
      Priority: thread.priority,
      Teb: thread.teb,
      StackStart: rsp,
      StackSize: thread.stackBase - rsp,
      StackRva: locate(rsp),
      ContextSize: thread.context.length,
      ContextRva: contexts[index]!,
    });
    prefix.set(rva + 4 + index * entry.length, entry);
  });
}
