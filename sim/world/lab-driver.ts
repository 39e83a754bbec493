import type { FieldLayout, TypeLayout } from '../profiles/profile.js';
import type { Kernel } from '../machine/machine.js';
import type { StagedThread } from './stage.js';

/** A value of each variable or field by its name. */
type Values = Readonly<Record<string, bigint>>;

const SIZES: Readonly<Record<string, number>> = { u8: 1, i8: 1, u16: 2, i16: 2, u32: 4, i32: 4 };
const POINTER_BYTES = 8;

/** What a driver of the lab's own keeps in memory: fields of its structures and variables of its functions. */
export class LabDriverState {
  readonly #kernel: Kernel;
  readonly #module: string;

  /** @param module debugger's name of a driver with private symbols */
  constructor(kernel: Kernel, module: string) {
    this.#kernel = kernel;
    this.#module = module;
  }

  /** Writes fields of one of the driver's own structures. */
  setFields(type: string, address: bigint, values: Values): void {
    const { fields } = this.#type(type);
    for (const [name, value] of Object.entries(values)) {
      const [offset, text] = fields[name] ?? missing(`${type} has no field ${name}`);
      this.#write(address + BigInt(offset), text, value);
    }
  }

  /** Writes one of the driver's global variables. */
  setGlobal(name: string, value: bigint): void {
    const { loaded, core } = this.#kernel;
    core.exports.memoryWritePointer(loaded.address(`${this.#module}!${name}`), value);
  }

  /**
   * RSP in the body of one of the driver's functions on a thread's stack. Only the stack that was laid out last is
   * known: ask right after its thread was started.
   */
  frameOf(thread: StagedThread, name: string): bigint {
    return bodyOf(this.#kernel, thread, `${this.#module}!${name}`);
  }

  /** Writes parameters and locals of a function whose body has this RSP. */
  setVariables(name: string, rsp: bigint, values: Values): void {
    const { image } = this.#kernel.loaded.get(this.#module);
    const found = image.functions.find((each) => each.name === name) ?? missing(`there is no ${name}`);
    const { parameters = [], locals = [] } = found.source ?? missing(`${name} has no source`);
    const places = new Map([
      ...parameters.map(({ name: own, type }, index): [string, FieldLayout] => [
        own,
        [found.frameBytes + POINTER_BYTES * (index + 1), type],
      ]),
      ...locals.map(({ name: own, type, offset }): [string, FieldLayout] => [own, [offset, type]]),
    ]);
    for (const [variable, value] of Object.entries(values)) {
      const [offset, type] = places.get(variable) ?? missing(`${name} has no variable ${variable}`);
      this.#write(rsp + BigInt(offset), type, value);
    }
  }

  #type(name: string): TypeLayout {
    const { types } = this.#kernel.loaded.get(this.#module).image.spec;
    return types?.own[name] ?? missing(`${this.#module} has no type ${name}`);
  }

  #write(address: bigint, type: string, value: bigint): void {
    const bytes = new Uint8Array(SIZES[type] ?? POINTER_BYTES);
    for (let index = 0, rest = BigInt.asUintN(64, value); index < bytes.length; index++, rest >>= 8n)
      bytes[index] = Number(rest & 0xffn);
    const { core } = this.#kernel;
    core.putBytes(bytes);
    core.exports.memoryWrite(address, bytes.length);
  }
}

/**
 * RSP in the body of `module!Function` on a thread's stack. Only the stack that was laid out last is known.
 * @throws Error when the thread is not in it
 */
export function bodyOf({ core }: Kernel, { stack }: StagedThread, name: string): bigint {
  const depth = stack.findIndex((frame) => frame.startsWith(`${name}+`));
  if (depth < 0) missing(`the thread is not in ${name}`);
  return core.exports.stackFrame(stack.length - 1 - depth);
}

function missing(what: string): never {
  throw new Error(what);
}
