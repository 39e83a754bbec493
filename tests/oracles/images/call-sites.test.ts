// Every call that the linker promises is there: iced-x86 decodes the code, the PE file alone tells where it leads.
import { Code, FlowControl, Mnemonic, OpKind, Register, type Instruction } from 'iced-x86';
import { describe, expect, it } from 'vitest';
import { buildImages } from '../../../sim/images/build.js';
import type { CallSpec, LabImage } from '../../../sim/images/index.js';
import { codeOfFunction, partsElsewhere } from './function-code.js';
import { PeFile } from './pe-file.js';
import { decode } from './stack-machine.js';
import stacks from './stacks.json';

const set = buildImages();
const files = new Map(set.images.map((image) => [image, new PeFile(image.file)]));

const codeOf = (image: LabImage, name: string): Instruction[] => {
  const { rva, size } = image.symbols.get(name)!;
  return codeOfFunction(files.get(image)!, rva, size);
};

const split = (name: string): [LabImage, string] => {
  const [module, symbol] = name.includes('!') ? name.split(/!(.*)/s) : ['nt', name];
  return [set.get(module!), symbol!];
};

/** The functions of an image with the calls its spec asks for. */
const callsOf = (image: LabImage): { caller: string; call: CallSpec }[] =>
  image.spec.functions.flatMap(({ name, calls = [] }) => calls.map((call) => ({ caller: name, call })));

describe.each(set.images.map((image) => [image.spec.module, image] as const))('code of %s', (_, image) => {
  it('decodes whole, from the first byte to the last of each function', () => {
    for (const { name } of image.spec.functions) {
      const code = codeOf(image, name);
      const { rva, size } = image.symbols.get(name)!;
      expect(
        code.map(({ mnemonic }) => mnemonic),
        name,
      ).not.toContain(Mnemonic.INVALID);
      expect(Number(code.at(-1)!.nextIP), name).toBe(rva + size);
      const ends = [FlowControl.Return, FlowControl.UnconditionalBranch, FlowControl.IndirectBranch];
      expect(ends, name).toContain(code.at(-1)!.flowControl);
    }
  });

  it('branches only to instructions of the same function, and jumps only to functions', () => {
    for (const { name } of image.spec.functions) {
      const code = codeOf(image, name);
      const starts = new Set(code.map(({ ip }) => ip));
      for (const instruction of code)
        if (instruction.flowControl === FlowControl.ConditionalBranch)
          expect(starts, name).toContain(instruction.nearBranchTarget);
    }
  });

  it('reaches the callee of each call from just before its return address', () => {
    for (const { caller, call } of callsOf(image)) {
      const callee = call.to ?? 'anything';
      const address = image.returnAddress(caller, callee);
      if (call.via === 'entry') {
        expect(address).toBe(image.symbols.get(caller)!.rva);
        continue;
      }
      const instruction = codeOf(image, caller).find(({ nextIP }) => Number(nextIP) === address);
      expect(instruction?.mnemonic, `${caller} to ${callee}`).toBe(Mnemonic.Call);
      expect(targetOf(image, instruction!, caller, callee), `${caller} to ${callee}`).toBe(true);
    }
  });

  it('keeps the return address of each call inside the function, or inside a part of it', () => {
    for (const { caller, call } of callsOf(image)) {
      const { rva, size } = image.symbols.get(caller)!;
      const address = image.returnAddress(caller, call.to ?? 'anything');
      const ranges = [{ begin: rva, end: rva + size }, ...partsElsewhere(files.get(image)!, rva, size)];
      expect(
        ranges.some(({ begin, end }) => address >= begin && address < end),
        caller,
      ).toBe(true);
    }
  });
});

/** Whether the instruction before a call through the dispatcher loads RAX from the local that holds the callee. */
function isDispatched(image: LabImage, call: Instruction, caller: string, callee: string): boolean {
  const file = files.get(image)!;
  const pointer = file.u64(Number(call.ipRelMemoryAddress)) - file.imageBase;
  const [dispatcher] = decode(file.at(Number(pointer), 2), Number(pointer));
  const load = codeOf(image, caller).find(({ nextIP }) => nextIP === call.ip)!;
  return (
    dispatcher?.code === Code.Jmp_rm64 &&
    dispatcher.op0Register === Register.RAX &&
    load.code === Code.Mov_r64_rm64 &&
    load.op0Register === Register.RAX &&
    load.memoryBase === Register.RSP &&
    Number(load.memoryDisplacement) === image.callSlot(caller, callee)
  );
}

function targetOf(image: LabImage, call: Instruction, caller: string, callee: string): boolean {
  if (call.op0Kind === OpKind.NearBranch64) {
    const target = image.symbols.get(callee);
    return target?.kind === 'function' && Number(call.nearBranchTarget) === target.rva;
  }
  if (call.op0Kind === OpKind.Register) return call.op0Register === Register.RAX;
  if (call.isIpRelMemoryOperand) {
    const slot = image.imports.find(({ slotRva }) => slotRva === Number(call.ipRelMemoryAddress));
    return slot ? `${slot.module}!${slot.symbol}` === callee : isDispatched(image, call, caller, callee);
  }
  return (
    call.memoryBase === Register.RSP && Number(call.memoryDisplacement) === image.callSlot(caller, callee)
  );
}

describe('stacks as debuggers show them', () => {
  it.each(Object.entries(stacks.stacks))('%s: each function calls the one above it', (_, frames) => {
    for (const [index, name] of frames.slice(1).entries()) {
      const [image, caller] = split(name);
      const callee = frames[index]!.includes('!') ? frames[index]! : `nt!${frames[index]}`;
      const address = image.returnAddress(caller, callee);
      const { rva, size } = image.symbols.get(caller)!;
      expect(address).toBeGreaterThanOrEqual(rva);
      expect(address).toBeLessThan(rva + size);
    }
  });

  it.each(Object.entries(stacks.displacements))('%s returns at +%s', (name, displacement) => {
    const [image, caller] = split(name);
    const frames = Object.values(stacks.stacks).find((names) => names.includes(name))!;
    const callee = name === 'KiSwapContext' ? 'SwapContext' : frames[frames.indexOf(name) - 1]!;
    expect(image.returnAddress(caller, `nt!${callee}`) - image.symbols.get(caller)!.rva).toBe(
      Number(displacement),
    );
  });

  it('a processor at rest is just after its hlt or pause', () => {
    const nt = set.get('nt');
    const before = (name: string) =>
      codeOf(nt, name).find(({ nextIP }) => Number(nextIP) === nt.restAddress(name))?.mnemonic;
    expect(before('HalProcessorIdle')).toBe(Mnemonic.Hlt);
    expect(before('IopLiveDumpProcessCorralStateChange')).toBe(Mnemonic.Pause);
    expect(before('IopLiveDumpCorralProcessors')).toBe(Mnemonic.Pause);
  });

  it('a thread in a system service came from the instruction after syscall', () => {
    const ntdll = set.get('ntdll');
    const rest = ntdll.restAddress('NtWaitForSingleObject');
    const code = codeOf(ntdll, 'NtWaitForSingleObject');
    expect(code.find(({ nextIP }) => Number(nextIP) === rest)?.mnemonic).toBe(Mnemonic.Syscall);
    expect(rest - ntdll.symbols.get('NtWaitForSingleObject')!.rva).toBe(0x14);
  });
});
