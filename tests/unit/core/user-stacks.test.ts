// User stacks of every thread, unwound from the trap frame with an unwinder that knows PE files and nothing else.
import { describe, expect, it } from 'vitest';
import { PeFile } from '../../oracles/images/pe-file.js';
import { unwind, type Registers } from '../../oracles/images/unwinder.js';
import { get, list, offsetOf, read, text } from './memory-view.js';
import { core, machine } from './support.js';

interface Module {
  name: string;
  base: bigint;
  size: bigint;
}

/** Modules that the attached process's loader lists, by its PEB. */
function modulesOf(process: bigint): Module[] {
  const ldr = get(get(process, '_EPROCESS', 'Peb'), '_PEB', 'Ldr');
  const head = ldr + offsetOf('_PEB_LDR_DATA', 'InLoadOrderModuleList');
  return list(head, '_LDR_DATA_TABLE_ENTRY', 'InLoadOrderLinks').map((entry) => ({
    name: text(entry + offsetOf('_LDR_DATA_TABLE_ENTRY', 'BaseDllName')),
    base: get(entry, '_LDR_DATA_TABLE_ENTRY', 'DllBase'),
    size: get(entry, '_LDR_DATA_TABLE_ENTRY', 'SizeOfImage'),
  }));
}

// 32-bit code has stacks of its own: wow64.test.ts.
const images = machine.kernel.images.images.filter(({ spec }) => spec.machine !== 'i386');
const files = new Map(images.map((image) => [image.spec.file, { image, file: new PeFile(image.file) }]));

/** Names of the frames from a trap frame out, until a return address of 0. */
function walk(modules: readonly Module[], trapFrame: bigint): string[] {
  const registers: Registers = {};
  for (const name of ['Rsp', 'Rbp', 'Rbx', 'Rsi', 'Rdi'])
    registers[name.toLowerCase()] = get(trapFrame, '_KTRAP_FRAME', name);
  for (const name of ['r12', 'r13', 'r14', 'r15']) registers[name] = 0n;
  let rip = get(trapFrame, '_KTRAP_FRAME', 'Rip');
  const names: string[] = [];
  let state = registers;
  while (rip !== 0n) {
    const module = modules.find(({ base, size }) => rip >= base && rip < base + size);
    if (!module) throw new Error(`0x${rip.toString(16)} is in no module, after ${names.join(' < ')}`);
    const { image, file } = files.get(module.name)!;
    const rva = Number(rip - module.base);
    const symbol = [...image.symbols.values()]
      .filter((candidate) => candidate.rva <= rva)
      .reduce((best, candidate) => (candidate.rva > best.rva ? candidate : best));
    names.push(`${image.spec.module}!${symbol.name}+0x${(rva - symbol.rva).toString(16)}`);
    const range = file.functionAt(rva);
    if (range) {
      const unwound = unwind(file, range, rva - range.begin, state, read);
      state = unwound.registers;
      rip = unwound.returnAddress;
    } else {
      rip = read(state['rsp']!);
      state = { ...state, rsp: state['rsp']! + 8n };
    }
    if (names.length > 100) throw new Error('a stack without an end');
  }
  return names;
}

describe('user stacks', () => {
  machine.capture();
  const processes = machine.stage.processes.filter(({ threads }) => threads.some(({ userMode }) => userMode));

  it('unwind by name from the stub of the system service to ntdll!RtlUserThreadStart, as truth says', () => {
    let count = 0;
    for (const process of processes) {
      core.exports.processAttach(process.address);
      const modules = modulesOf(process.address);
      for (const thread of process.threads.filter(({ userMode }) => userMode)) {
        const trapFrame = get(thread.address, '_KTHREAD', 'TrapFrame');
        const names = walk(modules, trapFrame);
        expect(names, `${process.name} ${thread.tid}`).toEqual(thread.userMode!.stack);
        const bottom = process.program.wow64 ? 'LdrInitializeThunk' : 'RtlUserThreadStart';
        expect(names.at(-1)).toMatch(new RegExp(`^ntdll!${bottom}\\+`));
        expect(names.length).toBeGreaterThanOrEqual(3);
        count++;
      }
    }
    expect(count).toBeGreaterThan(50);
  });

  it('lie between the limits that the TEB gives, and end where it says', () => {
    for (const process of processes) {
      core.exports.processAttach(process.address);
      for (const thread of process.threads.filter(({ userMode }) => userMode)) {
        const teb = get(thread.address, '_KTHREAD', 'Teb');
        const [base, limit] = [read(teb + 8n), read(teb + 16n)];
        const { rsp } = thread.userMode!;
        expect(rsp > limit && rsp < base).toBe(true);
        expect(get(teb, '_TEB', 'DeallocationStack') < limit).toBe(true);
      }
    }
  });

  it('are not what threads of the kernel start on, which have one start', () => {
    const all = machine.stage.processes.flatMap(({ threads }) => threads.filter(({ userMode }) => !userMode));
    expect(all.length).toBeGreaterThan(20);
    for (const { address } of all) {
      const start = get(address, '_ETHREAD', 'StartAddress');
      expect(start).toBeGreaterThan(0xffff800000000000n);
      expect(get(address, '_ETHREAD', 'Win32StartAddress')).toBe(start);
    }
  });

  it('start where ETHREAD.Win32StartAddress says', () => {
    for (const process of processes) {
      core.exports.processAttach(process.address);
      const modules = modulesOf(process.address);
      for (const thread of process.threads.filter(({ userMode }) => userMode)) {
        const start = get(thread.address, '_ETHREAD', 'Win32StartAddress');
        const module = modules.find(({ base, size }) => start >= base && start < base + size)!;
        const { image } = files.get(module.name)!;
        const rva = Number(start - module.base);
        const name = [...image.symbols.values()].find((symbol) => symbol.rva === rva)!.name;
        const stack = thread.userMode!.stack.map((frame) => frame.replace(/\+0x[0-9a-f]+$/, ''));
        if (process.program.wow64) continue; // starts in 32-bit code, which is on another stack
        const thunks = stack.findIndex((frame) => /!(BaseThreadInitThunk|RtlUserThreadStart)$/.test(frame));
        expect(stack[thunks - 1]).toBe(`${image.spec.module}!${name}`);
      }
    }
  });
});
