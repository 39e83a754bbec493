import { ByteWriter } from '../byte-writer.js';
import {
  LF_ARGLIST,
  LF_ARRAY,
  LF_BITFIELD,
  LF_POINTER,
  LF_PROCEDURE,
  POINTER_64,
  SIMPLE_POINTER_64,
  T_UQUAD,
  T_VOID,
} from './codeview.js';
import { writeNumeric } from './codeview-parts.js';
import type { TypeRecords } from './type-records.js';

/** Types without a name, made of others: pointers, arrays, bit fields, pointers to functions. Each is written once. */
export class DerivedTypes {
  private readonly indices = new Map<string, number>();

  constructor(private readonly records: TypeRecords) {}

  /** A pointer to a pointer … to a type, `levels` deep. */
  pointer(target: number, levels: number): number {
    let type = target;
    for (let level = 0; level < levels; level++) type = this.pointerTo(type);
    return type;
  }

  /** As `pointer`, to a type that needs no record, nor does a pointer to it. */
  simplePointer(target: number, levels: number): number {
    return levels === 0 ? target : this.pointer(target | SIMPLE_POINTER_64, levels - 1);
  }

  /** `bytes`: size of the whole array. */
  array(element: number, bytes: number): number {
    return remember(this.indices, `array ${element} ${bytes}`, () => {
      const body = new ByteWriter().u32(element).u32(T_UQUAD);
      writeNumeric(body, bytes);
      const noName = '';
      return this.records.add(LF_ARRAY, body.ascii(noName).u8(0).bytes);
    });
  }

  bitField(type: number, { position, length }: { position: number; length: number }): number {
    return remember(this.indices, `bits ${type} ${position} ${length}`, () =>
      this.records.add(LF_BITFIELD, new ByteWriter().u32(type).u8(length).u8(position).bytes),
    );
  }

  /** A function by its parameters' types. */
  procedure(returns: number, parameters: readonly number[]): number {
    return remember(this.indices, `procedure ${returns} ${parameters.join()}`, () => {
      const list = new ByteWriter().u32(parameters.length);
      for (const parameter of parameters) list.u32(parameter);
      const argumentList = this.records.add(LF_ARGLIST, list.bytes);
      const callingConvention = 0;
      const attributes = 0;
      const body = new ByteWriter().u32(returns).u8(callingConvention).u8(attributes);
      return this.records.add(LF_PROCEDURE, body.u16(parameters.length).u32(argumentList).bytes);
    });
  }

  /** The catalogue knows of functions only that they are: `void (*)(void)`. */
  functionPointer(): number {
    return this.pointerTo(this.procedure(T_VOID, []));
  }

  private pointerTo(target: number): number {
    return remember(this.indices, `pointer ${target}`, () =>
      this.records.add(LF_POINTER, new ByteWriter().u32(target).u32(POINTER_64).bytes),
    );
  }
}

/** What the map holds at `key`, made and put there when it is missing. */
export function remember<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
