import type { TypedMemory } from '../typed-memory.js';

const TERMINATED = 4; // _KTHREAD_STATE

export interface WalkedProcess {
  address: bigint;
  pid: number;
  parentPid: number;
  name: string;
  /** IMAGE_FILE_MACHINE_…, and what the block of a process of 32-bit code says that its ntdll is. */
  machine: number;
  wow64NtdllType?: number;
  threads: { address: bigint; tid: number; pid: number }[];
}

/** Every process on nt!PsActiveProcessHead with every thread on both of its lists. */
export async function walkProcesses(memory: TypedMemory): Promise<WalkedProcess[]> {
  await memory.learn(
    '_EPROCESS.UniqueProcessId',
    '_EPROCESS.InheritedFromUniqueProcessId',
    '_EPROCESS.ImageFileName',
    '_EPROCESS.ThreadListHead',
    '_EPROCESS.ActiveThreads',
    '_EPROCESS.Machine',
    '_EPROCESS.WoW64Process',
    '_EWOW64PROCESS.NtdllType',
    '_EPROCESS.Pcb',
    '_KPROCESS.ThreadListHead',
    '_KTHREAD.State',
    '_ETHREAD.Cid',
    '_CLIENT_ID.UniqueThread',
    '_CLIENT_ID.UniqueProcess',
  );
  const head = await memory.symbol('PsActiveProcessHead');
  const found: WalkedProcess[] = [];
  for (const address of await memory.list(head, '_EPROCESS', '_EPROCESS.ActiveProcessLinks')) {
    const name = memory.bytes(address + memory.offset('_EPROCESS.ImageFileName'), 15);
    const all = await memory.list(
      address + memory.offset('_EPROCESS.ThreadListHead'),
      '_ETHREAD',
      '_ETHREAD.ThreadListEntry',
    );
    // What has ended stays on this list as long as something refers to it.
    const threads = all.filter((thread) => Number(memory.get(thread, '_KTHREAD.State')) !== TERMINATED);
    const kernel = address + memory.offset('_EPROCESS.Pcb') + memory.offset('_KPROCESS.ThreadListHead');
    const sameThreads = await memory.list(kernel, '_KTHREAD', '_KTHREAD.ThreadListEntry');
    if (threads.join() !== sameThreads.join()) throw new Error(`the two lists of threads of ${name} differ`);
    if (Number(memory.get(address, '_EPROCESS.ActiveThreads')) !== threads.length)
      throw new Error(`ActiveThreads of ${name} is wrong`);
    const wow64 = memory.get(address, '_EPROCESS.WoW64Process');
    found.push({
      address,
      machine: Number(memory.get(address, '_EPROCESS.Machine')),
      ...(wow64 === 0n ? {} : { wow64NtdllType: await ntdllType(memory, wow64) }),
      pid: Number(memory.get(address, '_EPROCESS.UniqueProcessId')),
      parentPid: Number(memory.get(address, '_EPROCESS.InheritedFromUniqueProcessId')),
      name: name.subarray(0, name.indexOf(0)).toString('latin1'),
      threads: threads.map((thread) => ({
        address: thread,
        tid: Number(memory.get(thread + memory.offset('_ETHREAD.Cid'), '_CLIENT_ID.UniqueThread')),
        pid: Number(memory.get(thread + memory.offset('_ETHREAD.Cid'), '_CLIENT_ID.UniqueProcess')),
      })),
    });
  }
  return found;
}

/** An _SYSTEM_DLL_TYPE as a number. */
async function ntdllType(memory: TypedMemory, wow64: bigint): Promise<number> {
  const address = wow64 + memory.offset('_EWOW64PROCESS.NtdllType');
  await memory.fetch([{ address, length: 4 }]);
  return memory.bytes(address, 4).readUInt32LE();
}

export interface WalkedModule {
  base: bigint;
  size: number;
  name: string;
}

/** Every module on nt!PsLoadedModuleList. */
export async function walkModules(memory: TypedMemory): Promise<WalkedModule[]> {
  const type = '_KLDR_DATA_TABLE_ENTRY';
  await memory.learn(`${type}.DllBase`, `${type}.SizeOfImage`, `${type}.BaseDllName`);
  const entries = await memory.list(
    await memory.symbol('PsLoadedModuleList'),
    type,
    `${type}.InLoadOrderLinks`,
  );
  const found: WalkedModule[] = [];
  for (const entry of entries)
    found.push({
      base: memory.get(entry, `${type}.DllBase`),
      size: Number(memory.get(entry, `${type}.SizeOfImage`)),
      name: await memory.text(entry + memory.offset(`${type}.BaseDllName`)),
    });
  return found;
}
