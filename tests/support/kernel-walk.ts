// Walks stacks from a thread's KSWITCHFRAME, its processor's context or its trap frame out, by the published rules for x64 exception data, and finds the call
// before each return address. It sees memory, PE files and registers; how the stack was made it does not know.
import { Code, FlowControl, Mnemonic, OpKind, Register, type Instruction } from 'iced-x86';
import { PeFile, type RuntimeFunction } from '../oracles/images/pe-file.js';
import { decode } from '../oracles/images/stack-machine.js';
import { unwind, type Registers } from '../oracles/images/unwinder.js';
import type { LabImage } from '../../sim/images/index.js';
import type { LabMachine } from '../../sim/index.js';
import type { StagedProcess } from '../../sim/world/stage.js';
import { memoryOf } from '../unit/core/memory-view.js';

/** KSWITCHFRAME, which public type information does not have: P1Home to P4Home, P5, MxCsr, ApcBypass, Rbp, Return. */
const SWITCH_FRAME = { bytes: 0x40n, rbp: 0x30n, return: 0x38n };
const NON_VOLATILE = ['rbx', 'rbp', 'rsi', 'rdi', 'r12', 'r13', 'r14', 'r15'];

/** A frame: where its function stands, with which registers, and how it will be left. */
export interface WalkedFrame {
  rip: bigint;
  /** `module!function` by the start of its unwind data, or the nearest public symbol of a leaf. */
  name: string;
  begin: bigint;
  registers: Registers;
  /** The frame's function was entered by the processor: its caller stands at an instruction, not after a call. */
  machineFrame: boolean;
  /** It stands in a part of its function that has unwind data of its own, which goes on in the function's. */
  inPart: boolean;
}

/** Handler of a function and RVA of the handler's data, which stand behind an even number of unwind codes. */
function handlerOf(
  file: PeFile,
  { unwind: info }: RuntimeFunction,
): { rva: number; data: number } | undefined {
  if (((file.u8(info) >> 3) & 3) === 0) return undefined;
  const at = info + 4 + 2 * ((file.u8(info + 2) + 1) & ~1);
  return { rva: file.u32(at), data: at + 4 };
}

interface Loaded {
  file: PeFile;
  base: bigint;
  module: string;
  names: { rva: number; name: string }[];
}

/** A stack walked: its frames from the innermost out, and what the last of them left. */
export interface Walk {
  frames: WalkedFrame[];
  rsp: bigint;
  /** Where the outermost function returns to: 0, or user mode. */
  rip: bigint;
  registers: Registers;
}

const files = new WeakMap<LabImage, Omit<Loaded, 'base'>>();

function loadedAt(image: LabImage, base: bigint): Loaded {
  let known = files.get(image);
  if (!known) {
    const names = [...image.symbols.values()].filter(({ kind }) => kind !== 'data');
    known = {
      file: new PeFile(image.file),
      module: image.spec.module,
      names: names.sort((a, b) => a.rva - b.rva),
    };
    files.set(image, known);
  }
  return { ...known, base };
}

/** Walks stacks whose functions lie in `images`. */
class StackWalk {
  readonly #code = new Map<bigint, Instruction[]>();

  constructor(
    readonly memory: ReturnType<typeof memoryOf>,
    readonly images: readonly Loaded[],
  ) {}

  /** Frames from a register context out, while they lie from `lowest` on. */
  walk(start: bigint, context: Registers, lowest: bigint): Walk {
    const frames: WalkedFrame[] = [];
    let rip = start;
    let registers = context;
    while (rip >= lowest) {
      const { image, rva, range } = this.#find(rip);
      const begin =
        image.file.functionOf(rva)?.begin ?? image.names.findLast((symbol) => symbol.rva <= rva)!.rva;
      const frame: WalkedFrame = {
        rip,
        name: this.#name(image, begin),
        begin: image.base + BigInt(begin),
        registers,
        machineFrame: false,
        inPart: range !== undefined && image.file.continued(range) !== undefined,
      };
      frames.push(frame);
      if (frames.length > 100) throw new Error('a stack without an end');
      if (range) {
        const out = unwind(image.file, range, rva - range.begin, registers, this.memory.read);
        frame.machineFrame = out.machineFrame;
        registers = out.registers;
        rip = out.returnAddress;
      } else {
        const rsp = registers['rsp']!;
        rip = this.memory.read(rsp);
        registers = { ...registers, rsp: rsp + 8n };
      }
    }
    return { frames, rsp: registers['rsp']!, rip, registers };
  }

  /** Mnemonic of the instruction just before the one that a frame stands at. */
  before({ rip }: WalkedFrame): string | undefined {
    const { image, rva, range } = this.#find(rip);
    if (!range) return undefined;
    const code = decode(image.file.at(range.begin, range.end - range.begin), range.begin);
    const found = code.find(({ nextIP }) => Number(nextIP) === rva);
    return found && Mnemonic[found.mnemonic];
  }

  /** What the call just before a return address leads to; undefined where no call ends there. */
  calleeOf({ rip, registers }: WalkedFrame): bigint | 'rax' | undefined {
    const { image, rva, range } = this.#find(rip);
    if (!range) return undefined;
    const begin = image.base + BigInt(range.begin);
    let code = this.#code.get(begin);
    if (!code) {
      code = decode(image.file.at(range.begin, range.end - range.begin), range.begin);
      this.#code.set(begin, code);
    }
    const index = code.findIndex(({ nextIP }) => Number(nextIP) === rva);
    const call = code[index];
    if (!call) return undefined;
    if (call.flowControl === FlowControl.Call) return image.base + call.nearBranchTarget;
    if (call.flowControl !== FlowControl.IndirectCall) return undefined;
    if (call.op0Kind === OpKind.Register) return call.op0Register === Register.RAX ? 'rax' : undefined;
    if (call.isIpRelMemoryOperand) {
      const target = this.memory.read(image.base + call.ipRelMemoryAddress);
      return this.#isDispatcher(target) ? this.#loaded(code[index - 1]!, registers) : target;
    }
    if (call.memoryBase !== Register.RSP) return undefined;
    return this.memory.read(registers['rsp']! + call.memoryDisplacement);
  }

  /** Whether code goes on to where RAX points: then the callee is what was put there before the call. */
  #isDispatcher(address: bigint): boolean {
    const { image, rva } = this.#find(address);
    return decode(image.file.at(rva, 2), rva)[0]!.code === Code.Jmp_rm64;
  }

  /** What an instruction loaded into RAX from a local of the frame; undefined for any other instruction. */
  #loaded(load: Instruction, registers: Registers): bigint | undefined {
    if (load.code !== Code.Mov_r64_rm64 || load.op0Register !== Register.RAX) return undefined;
    if (load.memoryBase !== Register.RSP) return undefined;
    return this.memory.read(registers['rsp']! + load.memoryDisplacement);
  }

  /**
   * The stack cookie of a frame and where it must lie, by the handler data of its function and the load configuration of
   * its image; undefined for a function without one. `expected` is the image's cookie, mixed with RSP.
   */
  cookieOf({ rip, registers }: WalkedFrame): { found: bigint; expected: bigint } | undefined {
    const { image, rva } = this.#find(rip);
    const range = image.file.functionOf(rva);
    const handler = range && handlerOf(image.file, range);
    if (!handler || this.#name(image, handler.rva) !== `${image.module}!__GSHandlerCheck`) return undefined;
    const rsp = registers['rsp']!;
    const { rva: loadConfig } = image.file.directories[10]!;
    const cookie = this.memory.read(this.memory.read(image.base + BigInt(loadConfig + 0x58)));
    const slot = BigInt(image.file.u32(handler.data) & ~7);
    return { found: this.memory.read(rsp + slot), expected: cookie ^ rsp };
  }

  /** `module!symbol` of an address. */
  nameOf(address: bigint): string {
    const { image, rva } = this.#find(address);
    return this.#name(image, rva);
  }

  #find(address: bigint): { image: Loaded; rva: number; range: RuntimeFunction | undefined } {
    const image = this.images.find(
      ({ base, file }) => address >= base && address < base + BigInt(file.sizeOfImage),
    );
    if (!image) throw new Error(`0x${address.toString(16)} is in no module`);
    const rva = Number(address - image.base);
    return { image, rva, range: image.file.functionAt(rva) };
  }

  #name({ module, names }: Loaded, rva: number): string {
    const found = names.findLast((symbol) => symbol.rva <= rva);
    return `${module}!${found?.name ?? '?'}`;
  }
}

/** Kernel stacks of a machine. */
export class KernelWalk extends StackWalk {
  constructor(machine: LabMachine) {
    const { core, images, loaded } = machine.kernel;
    const kernelMode = images.images.filter(({ spec }) => spec.kind === 'kernel' || spec.kind === 'driver');
    super(
      memoryOf(core),
      kernelMode.map((image) => loadedAt(image, loaded.get(image.spec.module).base)),
    );
  }

  /** A thread that was switched out. */
  waiting(thread: bigint): Walk {
    const frame = this.memory.get(thread, '_KTHREAD', 'KernelStack');
    const registers: Registers = { rsp: frame + SWITCH_FRAME.bytes };
    for (const name of NON_VOLATILE) registers[name] = 0n;
    registers['rbp'] = this.memory.read(frame + SWITCH_FRAME.rbp);
    return this.from(this.memory.read(frame + SWITCH_FRAME.return), registers);
  }

  /** A thread that runs: `context` is the CONTEXT of its processor. */
  running(context: bigint): Walk {
    const get = (name: string) => this.memory.get(context, '_CONTEXT', name);
    const registers: Registers = {};
    for (const name of ['rsp', ...NON_VOLATILE])
      registers[name] = get(name[0]!.toUpperCase() + name.slice(1));
    return this.from(get('Rip'), registers);
  }

  /** From a register context to the first function of a kernel thread, or to user mode. */
  from(start: bigint, context: Registers): Walk {
    return this.walk(start, context, 1n << 63n);
  }
}

/** User stacks of a process, in whose address space the machine must be. */
export class UserWalk extends StackWalk {
  constructor(machine: LabMachine, { modules }: StagedProcess) {
    const { core, images } = machine.kernel;
    const inUserMode = images.images.filter(({ spec }) => spec.kind === 'dll' || spec.kind === 'program');
    super(
      memoryOf(core),
      modules.map(({ name, path, base }) => {
        const named = inUserMode.filter(({ spec }) => spec.file === name);
        return loadedAt(named.find(({ spec }) => spec.path === path) ?? named[0]!, base);
      }),
    );
  }

  /** A thread that asked for a system service, which left `kept` in the registers that its trap frame does not hold. */
  inService(trapFrame: bigint, kept: Registers): Walk {
    const get = (name: string) => this.memory.get(trapFrame, '_KTRAP_FRAME', name);
    const registers: Registers = { ...kept };
    for (const name of ['Rsp', 'Rbp', 'Rbx', 'Rsi', 'Rdi']) registers[name.toLowerCase()] = get(name);
    return this.walk(get('Rip'), registers, 1n);
  }
}
