/** Kinds of fields of the structures in files. `u64` and `i64` are read as bigint, `offset` (8 bytes) as a number. */
export type FieldKind = 'u8' | 'u16' | 'u32' | 'i32' | 'u64' | 'offset';

type FieldValue<Kind extends FieldKind> = Kind extends 'u64' ? bigint : number;

/** A structure's fields by name: where each is and what it holds. */
export type Fields = Readonly<Record<string, readonly [offset: number, kind: FieldKind]>>;

export type RecordOf<F extends Fields> = { [Name in keyof F]: FieldValue<F[Name][1]> };

export interface RecordLayout<F extends Fields> {
  /** Bytes. */
  readonly size: number;
  /** @throws RangeError when the bytes end before the structure does */
  read(bytes: Uint8Array, at?: number): RecordOf<F>;
  /** Structures one after the other, `step` bytes apart; as many of them as fit. */
  readAll(bytes: Uint8Array, count: number, step?: number): Iterable<RecordOf<F>>;
}

/** Declares a structure of a file format. Offsets are the format's own; each declaration names its source. */
export function record<const F extends Fields>(size: number, fields: F): RecordLayout<F> {
  const entries = Object.entries(fields);
  const readFields = (view: DataView, at: number): RecordOf<F> => {
    const values: Record<string, number | bigint> = {};
    for (const [name, [offset, kind]] of entries) values[name] = readField(view, at + offset, kind);
    return values as RecordOf<F>;
  };
  return {
    size,
    read(bytes, at = 0) {
      if (at < 0 || at + size > bytes.length)
        throw new RangeError(`A structure of ${size} bytes does not fit at ${at} of ${bytes.length}.`);
      return readFields(viewOf(bytes), at);
    },
    *readAll(bytes, count, step = size) {
      const view = viewOf(bytes);
      for (let at = 0, left = count; left > 0 && at + size <= bytes.length; at += step, left--)
        yield readFields(view, at);
    },
  };
}

/** A view of all of a piece of memory. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readField(view: DataView, offset: number, kind: FieldKind): number | bigint {
  switch (kind) {
    case 'u8':
      return view.getUint8(offset);
    case 'u16':
      return view.getUint16(offset, true);
    case 'u32':
      return view.getUint32(offset, true);
    case 'i32':
      return view.getInt32(offset, true);
    case 'u64':
      return view.getBigUint64(offset, true);
    case 'offset':
      return Number(view.getBigUint64(offset, true));
  }
}
