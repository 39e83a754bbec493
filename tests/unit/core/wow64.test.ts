// A process of 32-bit code as a reader finds it who knows the published 32-bit layouts and instructions: its second
// environment block, the 32-bit loader's lists, images with their imports, and stacks linked through EBP.
import { Decoder, DecoderOptions, FlowControl, Mnemonic, OpKind, Register, type Instruction } from 'iced-x86';
import { describe, expect, it } from 'vitest';
import { createMachine } from '../../../sim/index.js';
import { memoryOf, offsetOf } from './memory-view.js';

const machine = await createMachine({ machine: 'classroom', seed: 3 });
const { core } = machine.kernel;
const { bytes, read, get } = memoryOf(core);
const truth = machine.truth().processes.find(({ wow64 }) => wow64)!;
const { modules } = truth.wow64!;
const process = BigInt(truth.address);
core.exports.processAttach(process);

/** Offsets of 32-bit structures, as public symbols of 32-bit ntdll and winnt.h have them. */
const LDR = { length: 0, initialized: 4, lists: [0x0c, 0x14, 0x1c] };
const ENTRY = {
  base: 0x18,
  entryPoint: 0x1c,
  size: 0x20,
  fullName: 0x24,
  baseName: 0x2c,
  hashLinks: 0x3c,
  stamp: 0x44,
};
const RESERVED = { machine: 2, context: 4 };
const CONTEXT = { segCs: 0xbc, ebp: 0xb4, eip: 0xb8, esp: 0xc4, ebx: 0xa4, esi: 0xa0, edi: 0x9c };
const I386 = 0x14c;
const PE32 = 0x10b;

const u8 = (address: number) => bytes(BigInt(address), 1).getUint8(0);
const u16 = (address: number) => u8(address) | (u8(address + 1) << 8);
const u32 = (address: number) => (u16(address) | (u16(address + 2) << 16)) >>> 0;
const ascii = (address: number): string => {
  let text = '';
  for (let at = address; u8(at) !== 0; at++) text += String.fromCharCode(u8(at));
  return text;
};
const text = (address: number): string => {
  const length = u16(address) / 2;
  return Array.from({ length }, (_, index) => String.fromCharCode(u16(u32(address + 4) + 2 * index))).join(
    '',
  );
};

/** Addresses of the entries on a list of 32-bit links, which must lead back as well. */
function list32(head: number): number[] {
  const found: number[] = [];
  let before = head;
  for (let entry = u32(head); entry !== head; entry = u32(entry)) {
    expect(u32(entry + 4)).toBe(before);
    found.push(entry);
    before = entry;
  }
  expect(u32(head + 4)).toBe(before);
  return found;
}

const wow64 = get(process, '_EPROCESS', 'WoW64Process');
const peb32 = Number(get(wow64, '_EWOW64PROCESS', 'Peb'));
const ldr = Number(get(BigInt(peb32), '_PEB32', 'Ldr'));

/** Names by address that an image in memory exports. */
function exportsOf(base: number): Map<number, string> {
  const directory = base + u32(headers(base) + 120);
  const [count, functions, names, ordinals] = [24, 28, 32, 36].map((at) => u32(directory + at)) as [
    number,
    number,
    number,
    number,
  ];
  return new Map(
    Array.from({ length: count }, (_, index) => [
      base + u32(base + functions + 4 * u16(base + ordinals + 2 * index)),
      ascii(base + u32(base + names + 4 * index)),
    ]),
  );
}

const headers = (base: number) => base + u32(base + 0x3c);

const moduleAt = (address: number) =>
  modules.find(({ base, size }) => address >= Number(base) && address < Number(base) + size);

/** Instructions of 32-bit code from an address on. */
function decode(address: number, length: number): Instruction[] {
  const code = bytes(BigInt(address), length);
  const decoder = new Decoder(32, new Uint8Array(code.buffer, 0, code.byteLength), DecoderOptions.None);
  decoder.ip = BigInt(address);
  const found: Instruction[] = [];
  while (decoder.canDecode) found.push(decoder.decode());
  return found;
}

/** Functions of the 32-bit images: where each is, by name, from the machine's symbols. */
const functions = modules.flatMap(({ name, base }) => {
  const image = machine.kernel.images.images.find(
    ({ spec }) => spec.machine === 'i386' && spec.file === name,
  )!;
  return [...image.symbols.values()]
    .filter(({ kind }) => kind === 'function')
    .map((symbol) => ({
      name: `${image.spec.module.replace(/^x86\./, '')}!${symbol.name}`,
      start: Number(base) + symbol.rva,
      size: symbol.size,
    }));
});
const functionAt = (address: number) =>
  functions.find(({ start, size }) => address >= start && address < start + size)!;
const named = (address: number) => {
  const { name, start } = functionAt(address);
  return `${name}+0x${(address - start).toString(16)}`;
};

/** Bytes of arguments that a function's return takes off the stack. */
function argumentBytes({ start, size }: { start: number; size: number }): number {
  const end = decode(start, size).find(({ flowControl }) => flowControl === FlowControl.Return)!;
  return end.opCount === 0 ? 0 : Number(end.immediate(0));
}

/** What the prolog of a function takes below the saved EBP: bytes of locals, and registers pushed in turn. */
function prologOf({ name, start, size }: (typeof functions)[number]): { locals: number; pushes: Register[] } {
  const code = decode(start, size);
  expect([code[0]!.mnemonic, code[0]!.op0Register], name).toEqual([Mnemonic.Push, Register.EBP]);
  expect([code[1]!.mnemonic, code[1]!.op0Register, code[1]!.op1Register], name).toEqual([
    Mnemonic.Mov,
    Register.EBP,
    Register.ESP,
  ]);
  const allocates = code[2]!.mnemonic === Mnemonic.Sub && code[2]!.op0Register === Register.ESP;
  const locals = allocates ? Number(code[2]!.immediate(1)) : 0;
  const epilog = code.findIndex(({ mnemonic }) => mnemonic === Mnemonic.Leave);
  const pops: Register[] = [];
  for (let at = epilog - 1; code[at]!.mnemonic === Mnemonic.Pop; at--) pops.push(code[at]!.op0Register);
  const pushes = code.slice(allocates ? 3 : 2, (allocates ? 3 : 2) + pops.length);
  expect(pushes.map(({ mnemonic, op0Register }) => [mnemonic, op0Register])).toEqual(
    pops.map((register) => [Mnemonic.Push, register]),
  );
  return { locals, pushes: pops };
}

/** The function that the call before a return address reaches. */
function calleeAt(returnAddress: number, esi: number, ebp: number): number {
  const caller = functionAt(returnAddress);
  const call = decode(caller.start, caller.size).find(({ nextIP }) => Number(nextIP) === returnAddress)!;
  expect(call.mnemonic, named(returnAddress)).toBe(Mnemonic.Call);
  if (call.op0Kind === OpKind.NearBranch32) return Number(call.nearBranchTarget);
  if (call.op0Kind === OpKind.Memory) return u32(Number(call.memoryDisplacement));
  expect(call.op0Register).toBe(Register.ESI);
  expect(u32(ebp + 8), 'the argument that was loaded').toBe(esi);
  return esi;
}

describe('a process of 32-bit code', () => {
  it('has a second environment block whose three lists name the same modules as the truth', () => {
    expect(peb32).toBe(Number(truth.wow64!.peb));
    expect(u32(ldr + LDR.length)).toBe(0x30);
    expect(u8(ldr + LDR.initialized)).toBe(1);
    const [load, memory, initialization] = LDR.lists.map((offset, index) =>
      list32(ldr + offset).map((entry) => entry - 8 * index),
    );
    expect(memory).toEqual(load);
    expect(initialization).toEqual(load!.slice(1));
    expect(
      load!.map((entry) => ({
        name: text(entry + ENTRY.baseName),
        path: text(entry + ENTRY.fullName),
        base: u32(entry + ENTRY.base),
        size: u32(entry + ENTRY.size),
      })),
    ).toEqual(modules.map((module) => ({ ...module, base: Number(module.base) })));
    expect(modules.length).toBeGreaterThan(10);
    expect(u32(load![0]! + ENTRY.base)).toBe(Number(get(BigInt(peb32), '_PEB32', 'ImageBaseAddress')));
  });

  it('finds each module by its name in a bucket of the hash table', () => {
    const ntdll = modules.find(({ name }) => name === 'ntdll.dll')!;
    const image = machine.kernel.images.images.find(({ spec }) => spec.module === 'x86.ntdll')!;
    const table = Number(ntdll.base) + image.symbols.get('LdrpHashTable')!.rva;
    const buckets = Array.from({ length: 32 }, (_, index) =>
      list32(table + 8 * index).map((links) => links - ENTRY.hashLinks),
    );
    const entries = list32(ldr + LDR.lists[0]!);
    expect(new Set(buckets.flat())).toEqual(new Set(entries));
    for (const entry of entries) {
      // As RtlHashUnicodeString documents it: x65599, without regard to case.
      const hash = [...text(entry + ENTRY.baseName).toUpperCase()].reduce(
        (sum, character) => (Math.imul(sum, 65599) + character.charCodeAt(0)) >>> 0,
        0,
      );
      expect(buckets[hash % 32], text(entry + ENTRY.baseName)).toContain(entry);
    }
  });

  it('has images of 32 bits at their bases, whose imports lead to what they name', () => {
    for (const { base: address, name, size } of modules) {
      const base = Number(address);
      const nt = headers(base);
      expect(u32(nt)).toBe(0x4550);
      expect([u16(nt + 4), u16(nt + 24), u32(nt + 52), u32(nt + 80)], name).toEqual([I386, PE32, base, size]);
      const imports = u32(nt + 128);
      if (imports === 0) continue;
      for (let at = base + imports; u32(at) !== 0; at += 20) {
        const from = ascii(base + u32(at + 12));
        const exporter = modules.find((module) => module.name === from)!;
        const exported = exportsOf(Number(exporter.base));
        for (let slot = 0; u32(base + u32(at) + slot) !== 0; slot += 4)
          expect(exported.get(u32(base + u32(at + 16) + slot)), `${name} from ${from}`).toBe(
            ascii(base + u32(base + u32(at) + slot) + 2),
          );
      }
    }
  });

  it('leaves for 64-bit code through a pointer into wow64cpu, which lies below 4 GiB', () => {
    const cpu = truth.modules.find(({ name }) => name === 'wow64cpu.dll')!;
    const ntdll = modules.find(({ name }) => name === 'ntdll.dll')!;
    const [transition] = [...exportsOf(Number(ntdll.base))].find(([, name]) => name === 'Wow64Transition')!;
    const target = u32(transition);
    expect(target).toBeGreaterThan(Number(cpu.base));
    expect(target).toBeLessThan(Number(cpu.base) + cpu.size);
  });

  it('has stacks that go from the stub through EBP, calls and their arguments to the thread’s start', () => {
    expect(truth.threads.length).toBeGreaterThan(2);
    for (const { tid, address, user, wow64: side } of truth.threads) {
      const teb = get(BigInt(address), '_KTHREAD', 'Teb');
      const teb32 = Number(teb + BigInt.asIntN(32, get(teb, '_TEB', 'WowTebOffset')));
      const reserved = Number(read(teb + offsetOf('_TEB', 'TlsSlots') + 8n));
      expect(u16(reserved + RESERVED.machine)).toBe(I386);
      const context = reserved + RESERVED.context;
      const field = (name: keyof typeof CONTEXT) => u32(context + CONTEXT[name]);
      expect([field('eip'), field('esp')]).toEqual([Number(side!.eip), Number(side!.esp)]);
      expect(field('segCs')).toBe(0x23);
      const names = [named(field('eip'))];
      const stub = functionAt(field('eip'));
      let esp = field('esp');
      let ebp = field('ebp');
      let callee = stub;
      const saved = new Map<Register, number>([
        [Register.EBX, field('ebx')],
        [Register.ESI, field('esi')],
        [Register.EDI, field('edi')],
      ]);
      const [stackBase, stackLimit] = [u32(teb32 + 4), u32(teb32 + 8)];
      for (;;) {
        expect(esp > stackLimit && esp < stackBase).toBe(true);
        const returnAddress = u32(esp);
        if (returnAddress === 0) break;
        const called = calleeAt(returnAddress, saved.get(Register.ESI)!, ebp);
        expect(called, named(returnAddress)).toBe(callee.start);
        names.push(named(returnAddress));
        esp += 4 + argumentBytes(callee);
        const frame = functionAt(returnAddress);
        const { locals, pushes } = prologOf(frame);
        expect(esp, named(returnAddress)).toBe(ebp - locals - 4 * pushes.length);
        pushes.forEach((register, index) => saved.set(register, u32(ebp - locals - 4 * (index + 1))));
        esp = ebp + 4;
        ebp = u32(ebp);
        callee = frame;
        if (names.length > 40) throw new Error('a stack without an end');
      }
      expect(ebp).toBe(0);
      expect(names, String(tid)).toEqual(side!.stack);
      expect(names.at(-1)).toMatch(/^ntdll!RtlUserThreadStart\+/);
      // RtlUserThreadStart's first argument, and ETHREAD's.
      expect(BigInt(u32(esp + 4))).toBe(get(BigInt(address), '_ETHREAD', 'Win32StartAddress'));
      expect(BigInt(user!.start)).toBe(BigInt(u32(esp + 4)));
      expect(moduleAt(u32(esp + 4))).toBeDefined();
    }
  });
});
