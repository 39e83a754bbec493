// The unwind data of every function undoes what its prolog does. A small machine runs the code, an unwinder written
// from the published rules reads the PE file, and both must agree at every instruction.
import { FlowControl, Mnemonic, OpKind, Register, type Instruction } from 'iced-x86';
import { describe, expect, it } from 'vitest';
import { buildImages } from '../../../sim/images/build.js';
import type { LabImage } from '../../../sim/images/index.js';
import { codeOfFunction, partsElsewhere } from './function-code.js';
import { PeFile, type RuntimeFunction } from './pe-file.js';
import { decode, StackMachine } from './stack-machine.js';
import stacks from './stacks.json';
import { unwind, type Registers } from './unwinder.js';

const set = buildImages();
const NON_VOLATILE = ['rsp', 'rbx', 'rbp', 'rsi', 'rdi', 'r12', 'r13', 'r14', 'r15'];
for (let vector = 6; vector < 16; vector++) NON_VOLATILE.push(`xmm${vector}`);
const RETURN = 0xfffff800_12345678n;
const USER_STACK = 0x0000_00aa_bbcc_ddd0n;

type Entry = 'call' | 'interrupt' | 'error-code' | 'system-call';

/** What hardware or the caller left on the stack; returns the RSP that unwinding must find. */
function enter(machine: StackMachine, entry: Entry): bigint {
  if (entry === 'call') {
    machine.registers['rsp'] = machine.registers['rsp']! - 8n; // A stack is 16-byte aligned at the call.
    machine.write(machine.registers['rsp'], RETURN);
    return machine.registers['rsp'] + 8n;
  }
  if (entry === 'system-call') {
    machine.write(0x1a8n, machine.registers['rsp']!, 'gs:');
    machine.registers['rsp'] = USER_STACK;
    machine.registers['rcx'] = RETURN;
    return USER_STACK;
  }
  for (const value of [0x2bn, USER_STACK, 0x246n, 0x33n, RETURN]) machine.push(value);
  if (entry === 'error-code') machine.push(4n);
  return USER_STACK;
}

function entryOf(image: LabImage, name: string): Entry {
  return image.spec.functions.find((definition) => definition.name === name)?.frame?.machineFrame ?? 'call';
}

const nameAt = (image: LabImage, rva: number) =>
  image.spec.functions.find(({ name }) => image.symbols.get(name)!.rva === rva)!.name;

/** Steps through a whole function; at each instruction outside the epilog the unwinder must find the caller. */
function check(image: LabImage, file: PeFile, range: RuntimeFunction): void {
  const name = nameAt(image, range.begin);
  const machine = new StackMachine();
  const entry = entryOf(image, name);
  const callerRsp = enter(machine, entry);
  const before = { ...machine.registers, rsp: callerRsp };
  const code = codeOfFunction(file, range.begin, image.symbols.get(name)!.size);
  // Before its first `sub`, a system call has yet to push what an interrupt's hardware would have.
  const from = entry === 'system-call' ? Number(code.find((i) => i.mnemonic === Mnemonic.Sub)!.ip) : 0;
  const isOver = entry === 'call' ? epilogOf(code) : trapExit(code, range.begin + file.u8(range.unwind + 1));
  // A trap's frame keeps the interrupted RBP; its handler gives the rest back as any function does.
  const kept = entry === 'call' ? NON_VOLATILE : ['rsp', 'rbp'];
  for (const step of machine.run(code)) {
    if (step.rva < from || isOver(step.rva)) continue;
    const part = file.functionAt(step.rva)!;
    const offset = step.rva - range.begin;
    const found = unwind(file, part, step.rva - part.begin, step.registers, (address) =>
      machine.read(address),
    );
    const where = `${name}+0x${offset.toString(16)}`;
    expect(found.returnAddress, where).toBe(RETURN);
    expect(found.machineFrame, where).toBe(entry !== 'call');
    expect(pick(found.registers, kept), where).toEqual(pick(before, kept));
  }
  // Before the return all is as at the beginning, so the code itself keeps its promises.
  if (entry === 'call')
    expect(pick(machine.registers, NON_VOLATILE), name).toEqual({
      ...pick(before, NON_VOLATILE),
      rsp: callerRsp - 8n,
    });
}

const pick = (registers: Registers, names: string[]): Registers =>
  Object.fromEntries(names.map((name) => [name, registers[name]!]));

/** Whether a function only gives back what it took from an RVA on. */
function epilogOf(code: readonly Instruction[]): (rva: number) => boolean {
  const isPart = ({ mnemonic, flowControl }: Instruction) =>
    mnemonic === Mnemonic.Pop || mnemonic === Mnemonic.Add || flowControl !== FlowControl.Next;
  let index = code.length - 1;
  while (index > 0 && isPart(code[index - 1]!)) index--;
  const epilog = new Set(code.slice(index).map(({ ip }) => Number(ip)));
  return (rva) => epilog.has(rva);
}

/** Whether a trap handler takes its frame down from an RVA on, by moving RSP or RBP. */
function trapExit(code: readonly Instruction[], prologEnd: number): (rva: number) => boolean {
  const exit = code.find(
    ({ ip, mnemonic, op0Kind, op0Register }) =>
      Number(ip) >= prologEnd &&
      mnemonic === Mnemonic.Mov &&
      op0Kind === OpKind.Register &&
      (op0Register === Register.RSP || op0Register === Register.RBP),
  );
  return (rva) => exit !== undefined && rva >= Number(exit.ip);
}

describe.each(set.images.map((image) => [image.spec.module, image] as const))(
  'unwind data of %s',
  (_, image) => {
    const file = new PeFile(image.file);

    it('names every function that has a frame, in order of address', () => {
      const ranges = file.functions;
      expect(ranges.length).toBeGreaterThan(0);
      for (const [index, range] of ranges.entries()) {
        expect(range.end).toBeGreaterThan(range.begin);
        if (index > 0) expect(range.begin).toBeGreaterThanOrEqual(ranges[index - 1]!.end);
        expect(file.sectionAt(range.begin).characteristics & 0x20000000).not.toBe(0);
      }
      const known = new Set(ranges.map(({ begin }) => begin));
      for (const { name } of image.spec.functions) {
        const { rva, size } = image.symbols.get(name)!;
        if (known.has(rva)) continue;
        const touchesStack = decode(file.at(rva, size), rva).some(
          ({ mnemonic, op0Register }) =>
            mnemonic === Mnemonic.Call || (mnemonic === Mnemonic.Sub && op0Register === Register.RSP),
        );
        const template = image.spec.functions.find((definition) => definition.name === name)!.template;
        if (template !== 'zw-stub') expect(touchesStack, `${name} has no unwind data`).toBe(false);
      }
    });

    it('finds the caller from every instruction', () => {
      for (const range of file.functions) if (!file.continued(range)) check(image, file, range);
    });
  },
);

describe('frame sizes known from public stacks', () => {
  it.each(Object.entries(stacks.frameSizes))('%s: %d bytes', (name, size) => {
    const [module, symbol] = name.includes('!')
      ? (name.split('!') as [string, string])
      : (['nt', name] as const);
    const image = set.get(module);
    const file = new PeFile(image.file);
    const { rva, size: bytes } = image.symbols.get(symbol)!;
    const machine = new StackMachine();
    const callerRsp = enter(machine, 'call');
    const definition = image.spec.functions.find((candidate) => candidate.name === symbol)!;
    const address = image.returnAddress(symbol, definition.calls!.at(-1)!.to ?? 'anything');
    for (const step of machine.run(codeOfFunction(file, rva, bytes)))
      if (step.rva === address) expect(Number(callerRsp - step.registers['rsp']!)).toBe(size);
    expect.assertions(1);
  });
});

describe('parts of functions with unwind data of their own', () => {
  const withParts = set.images
    .filter(({ spec }) => spec.functions.some(({ wrapped }) => wrapped))
    .map((image) => ({ image, file: new PeFile(image.file) }));

  it('are in the kernel, in drivers and in user mode', () => {
    const kinds = withParts.map(({ image }) => image.spec.kind);
    expect(new Set(kinds)).toEqual(new Set(['kernel', 'driver', 'dll']));
  });

  it('follow on their function without a gap, up to its end, and go on in its unwind data', () => {
    for (const { image, file } of withParts)
      for (const { name, wrapped } of image.spec.functions) {
        const { rva, size } = image.symbols.get(name)!;
        const ranges = file.functions.filter(({ begin }) => begin >= rva && begin < rva + size);
        expect(ranges, name).toHaveLength(wrapped ? 3 : ranges.length > 0 ? 1 : 0);
        for (const [index, range] of ranges.slice(1).entries()) {
          expect(range.begin, name).toBe(ranges[index]!.end);
          expect(file.continued(range), name).toEqual(ranges[0]);
        }
        if (ranges.length > 0) expect(ranges.at(-1)!.end, name).toBe(rva + size);
      }
  });
});

describe('parts of functions that lie elsewhere', () => {
  const all = set.images.flatMap((image) => {
    const file = new PeFile(image.file);
    return image.spec.functions
      .filter(({ cold }) => cold)
      .map((definition) => ({ image, file, definition, ...image.symbols.get(definition.name)! }));
  });

  it('are of functions with a stack cookie, with a __try, and with neither, in the kernel, a driver and a DLL', () => {
    expect(new Set(all.map(({ image }) => image.spec.kind))).toEqual(new Set(['kernel', 'driver', 'dll']));
    const kinds = all.map(({ definition }) =>
      definition.guarded ? 'try' : definition.cookie ? 'cookie' : 'none',
    );
    expect(new Set(kinds)).toEqual(new Set(['try', 'cookie', 'none']));
  });

  it('have no prolog, go on in the function’s unwind data, and are entered and left by a jump', () => {
    for (const { name, file, rva, size } of all) {
      const [part, ...more] = partsElsewhere(file, rva, size);
      expect(more, name).toEqual([]);
      expect([file.u8(part!.unwind + 1), file.u8(part!.unwind + 2)], name).toEqual([0, 0]);
      expect(file.continued(part!), name).toEqual(file.functions.find(({ begin }) => begin === rva));
      const own = decode(file.at(rva, size), rva);
      const code = decode(file.at(part!.begin, part!.end - part!.begin), part!.begin);
      expect(
        own.filter((i) => i.nearBranchTarget === BigInt(part!.begin)),
        name,
      ).toHaveLength(1);
      expect(code.at(-1)!.mnemonic, name).toBe(Mnemonic.Jmp);
      expect(
        own.map(({ ip }) => ip),
        name,
      ).toContain(code.at(-1)!.nearBranchTarget);
      expect(code.filter(({ mnemonic }) => mnemonic === Mnemonic.Call).length, name).toBeGreaterThan(0);
    }
  });
});

describe('system call entry', () => {
  it('leaves a KTRAP_FRAME 0x70 bytes above RSP at the service call', () => {
    const image = set.get('nt');
    const file = new PeFile(image.file);
    const { rva, size } = image.symbols.get('KiSystemCall64')!;
    const machine = new StackMachine();
    const kernelStack = machine.registers['rsp']!;
    enter(machine, 'system-call');
    const address = image.returnAddress('KiSystemServiceCopyEnd', 'nt!NtClose');
    for (const step of machine.run(decode(file.at(rva, size), rva)))
      if (step.rva === address) {
        const trapFrame = step.registers['rsp']! + 0x70n;
        expect(kernelStack - trapFrame).toBe(0x190n); // sizeof KTRAP_FRAME
        expect(machine.read(trapFrame + 0x168n)).toBe(RETURN);
        expect(machine.read(trapFrame + 0x180n)).toBe(USER_STACK);
      }
    expect.assertions(3);
  });
});

/** RVA of the words behind a function's unwind codes, which are padded to an even count: handler, then its data. */
const behindCodes = (file: PeFile, info: number) => info + 4 + 2 * ((file.u8(info + 2) + 1) & ~1);

describe('exception handlers', () => {
  const image = set.get('nt');
  const file = new PeFile(image.file);
  const EHANDLER = 1;
  const handled = file.functions.filter(({ unwind: info }) => file.u8(info) >> 3 === EHANDLER);

  it('stand behind the unwind codes of each function that has a __try, and of no other', () => {
    const guarded = image.spec.functions.filter((definition) => definition.guarded).map(({ name }) => name);
    expect(guarded.length).toBeGreaterThan(30);
    expect(handled.map(({ begin }) => nameAt(image, begin)).sort()).toEqual(guarded.sort());
  });

  it('are the language’s, with a scope of whole instructions and a place to go on', () => {
    for (const { begin, end, unwind: info } of handled) {
      const at = behindCodes(file, info);
      expect(file.u32(at)).toBe(image.symbols.get('__C_specific_handler')!.rva);
      const apart = partsElsewhere(file, begin, end - begin);
      expect(file.u32(at + 4)).toBe(1 + apart.length);
      const [from, to, filter, goesOn] = [8, 12, 16, 20].map((offset) => file.u32(at + offset));
      const starts = new Set(decode(file.at(begin, end - begin), begin).map(({ ip }) => Number(ip)));
      for (const place of [from, to, goesOn]) expect(starts, nameAt(image, begin)).toContain(place);
      expect(from).toBeGreaterThanOrEqual(begin + file.u8(info + 1)); // past the prolog
      expect(to).toBeGreaterThan(from!);
      expect(goesOn).toBeGreaterThan(to!);
      expect(filter).toBe(1); // EXCEPTION_EXECUTE_HANDLER
      // What lies elsewhere of the function is a scope of its own, with the same place to go on.
      for (const [index, part] of apart.entries()) {
        const scope = [24, 28, 32, 36].map((offset) => file.u32(at + 16 * index + offset));
        expect(scope, nameAt(image, begin)).toEqual([part.begin, part.end, filter, goesOn]);
      }
    }
  });
});

describe('stack cookies', () => {
  const HANDLERS = 3; // UNW_FLAG_EHANDLER and UNW_FLAG_UHANDLER, as compilers write them for __GSHandlerCheck
  const LOAD_CONFIG = 10;
  const SECURITY_COOKIE = 0x58; // in IMAGE_LOAD_CONFIG_DIRECTORY64
  const isMove = (i: Instruction) => i.mnemonic === Mnemonic.Mov;
  const isMixed = (i: Instruction, register: Register) =>
    i.mnemonic === Mnemonic.Xor && i.op0Register === register && i.op1Register === Register.RSP;

  const withCookies = set.images
    .map((image) => ({ image, file: new PeFile(image.file) }))
    .map((each) => ({
      ...each,
      ranges: each.file.functions.filter(({ unwind: info }) => each.file.u8(info) >> 3 === HANDLERS),
    }))
    .filter(({ ranges }) => ranges.length > 0);

  it('are in functions of several images', () => {
    expect(withCookies.length).toBeGreaterThan(4);
    expect(withCookies.flatMap(({ ranges }) => ranges).length).toBeGreaterThan(30);
  });

  it('are stored behind the prolog and checked before the epilog, where the handler looks for them', () => {
    for (const { image, file, ranges } of withCookies) {
      const cookie = file.u64(file.directories[LOAD_CONFIG]!.rva + SECURITY_COOKIE) - file.imageBase;
      for (const { begin, end, unwind: info } of ranges) {
        const where = `${image.spec.module}!${nameAt(image, begin)}`;
        const at = behindCodes(file, info);
        expect(file.u32(at), where).toBe(image.symbols.get('__GSHandlerCheck')!.rva);
        const slot = BigInt(file.u32(at + 4));
        const code = codeOfFunction(file, begin, end - begin);
        const first = code.findIndex(({ ip }) => Number(ip) === begin + file.u8(info + 1));
        const [load, mix, store] = code.slice(first, first + 3) as [Instruction, Instruction, Instruction];
        expect(isMove(load) && load.op0Register === Register.RAX, where).toBe(true);
        expect(load.ipRelMemoryAddress, where).toBe(cookie);
        expect(isMixed(mix, Register.RAX), where).toBe(true);
        expect([store.memoryBase, store.memoryDisplacement], where).toEqual([Register.RSP, slot]);
        expect(isMove(store) && store.op1Register === Register.RAX, where).toBe(true);
        const check = code.findIndex(
          (i) => i.nearBranchTarget === BigInt(image.symbols.get('__security_check_cookie')!.rva),
        );
        const [reload, unmix] = code.slice(check - 2, check) as [Instruction, Instruction];
        expect(code[check]!.mnemonic, where).toBe(Mnemonic.Call);
        expect([reload.op0Register, reload.memoryBase], where).toEqual([Register.RCX, Register.RSP]);
        expect(reload.memoryDisplacement, where).toBe(slot);
        expect(isMixed(unmix, Register.RCX), where).toBe(true);
        // Nothing between may write there.
        for (const i of code.slice(first + 3, check - 2))
          if (i.op0Kind === OpKind.Memory && i.memoryBase === Register.RSP)
            expect(i.memoryDisplacement, where).not.toBe(slot);
      }
    }
  });

  it('send a wrong one to the report, and leave the right one alone', () => {
    const image = set.get('nt');
    const { rva, size } = image.symbols.get('__security_check_cookie')!;
    const code = decode(new PeFile(image.file).at(rva, size), rva);
    const cookie = BigInt(image.symbols.get('__security_cookie')!.rva);
    expect([code[0]!.mnemonic, code[0]!.op0Register]).toEqual([Mnemonic.Cmp, Register.RCX]);
    expect(code[0]!.ipRelMemoryAddress).toBe(cookie);
    const returns = code.findIndex(({ flowControl }) => flowControl === FlowControl.Return);
    const jump = code.at(-1)!;
    expect(jump.nearBranchTarget).toBe(BigInt(image.symbols.get('__report_gsfailure')!.rva));
    // Both tests that can fail lead past the return.
    const branches = code.filter(({ flowControl }) => flowControl === FlowControl.ConditionalBranch);
    expect(branches.map(({ nearBranchTarget }) => nearBranchTarget)).toEqual([
      jump.ip,
      code[returns + 1]!.ip,
    ]);
  });
});
