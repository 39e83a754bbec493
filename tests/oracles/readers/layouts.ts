// Layouts of the kernel's structures, read as data: what a reader learns from the symbols of the build.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `[byte offset, type]`, and for bit fields the position and number of bits. */
type Member = [number, string, number?, number?];

interface Layout {
  size: number;
  fields: Record<string, Member>;
}

const PATH = fileURLToPath(new URL('../../../sim/profiles/win11-22631/types.json', import.meta.url));
/** Modules whose PDBs have types of their own. */
const MODULES = ['fltmgr', 'ndis', 'afd', 'dxgkrnl'].map((module) =>
  fileURLToPath(new URL(`../../../sim/profiles/win11-22631/modules/${module}.json`, import.meta.url)),
);
/** The hypervisor's layouts are the lab's own: what their file says is all that anybody knows of them. */
const HYPERVISOR = fileURLToPath(new URL('../../../sim/profiles/formats/hypervisor.json', import.meta.url));
/** 32-bit structures of user mode, which the kernel's symbols do not have. */
const WOW64 = fileURLToPath(new URL('../../../sim/profiles/formats/wow64.json', import.meta.url));

interface Layouts {
  types: Record<string, Layout>;
  enums: Record<string, { values: Record<string, number> }>;
}

const [kernel, hypervisor, wow64, ...modules] = [PATH, HYPERVISOR, WOW64, ...MODULES].map(
  (path) => JSON.parse(readFileSync(path, 'utf8')) as Layouts,
) as [Layouts, Layouts, Layouts, ...Layouts[]];
const types: Layouts['types'] = Object.assign(
  {},
  hypervisor.types,
  wow64.types,
  ...modules.map((module) => module.types),
  kernel.types,
);
const enums: Layouts['enums'] = Object.assign({}, ...modules.map((module) => module.enums), kernel.enums);

const POINTER_BYTES = 8;
const ENUM_BYTES = 4;
const SCALAR_BYTES: Record<string, number> = { wchar: 2, bool: 1, fnptr: POINTER_BYTES };

/** Where a field lies and how it is read. */
export interface Field {
  offset: number;
  bytes: number;
  /** Of a bit field. */
  firstBit?: number;
  bits?: number;
}

function layoutOf(type: string): Layout {
  const layout = types[type];
  if (!layout) throw new Error(`no layout of ${type}`);
  return layout;
}

/** Bytes that a structure takes. */
export function sizeOf(type: string): number {
  return layoutOf(type).size;
}

/** The fields of a structure that have a value of their own, those of structures inside it among them. */
export function fieldsOf(type: string): Field[] {
  return Object.entries(layoutOf(type).fields).flatMap(([path, [offset, fieldType]]) => {
    if (widthOf(fieldType) > 0) return [field(type, path)];
    if (!types[fieldType]) return [];
    return fieldsOf(fieldType).map((inner) => ({ ...inner, offset: inner.offset + offset }));
  });
}

function widthOf(type: string): number {
  if (type.endsWith('*')) return POINTER_BYTES;
  if (type.startsWith('enum ')) return ENUM_BYTES;
  const scalar = /^[ui](8|16|32|64)$/.exec(type);
  return scalar ? Number(scalar[1]) / 8 : (SCALAR_BYTES[type] ?? 0);
}

const known = new Map<string, Field>();

/**
 * A field by its path: `Tcb.State` goes through the type of Tcb.
 * @throws when the structure has no such field
 */
export function field(type: string, path: string): Field {
  const key = `${type} ${path}`;
  let found = known.get(key);
  if (!found) known.set(key, (found = resolve(type, path)));
  return found;
}

function resolve(type: string, path: string): Field {
  const { fields } = layoutOf(type);
  const direct = fields[path];
  if (direct) {
    const [offset, fieldType, firstBit, bits] = direct;
    const bytes = widthOf(fieldType);
    return firstBit === undefined || bits === undefined
      ? { offset, bytes }
      : { offset, bytes, firstBit, bits };
  }
  // The longest part of the path that names a member: members of anonymous ones have dotted names.
  for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
    const outer = fields[path.slice(0, dot)];
    if (!outer) continue;
    const inner = field(outer[1], path.slice(dot + 1));
    return { ...inner, offset: inner.offset + outer[0] };
  }
  throw new Error(`${type} has no ${path}`);
}

/** Value of an enumeration's name. @throws when it has no such name */
export function enumValue(type: string, name: string): number {
  const value = enums[type]?.values[name];
  if (value === undefined) throw new Error(`${type} has no ${name}`);
  return value;
}

/** Byte offset of a field. */
export function offsetOf(type: string, path: string): number {
  return field(type, path).offset;
}

/** Value of a field of the structure that starts at `at` in `view`. */
export function valueOf(view: DataView, at: number, { offset, bytes, firstBit, bits }: Field): bigint {
  const from = at + offset;
  const whole =
    bytes === 8
      ? view.getBigUint64(from, true)
      : BigInt(
          bytes === 4
            ? view.getUint32(from, true)
            : bytes === 2
              ? view.getUint16(from, true)
              : view.getUint8(from),
        );
  if (bytes === 0) throw new Error('a structure has no value of its own');
  return firstBit === undefined || bits === undefined
    ? whole
    : (whole >> BigInt(firstBit)) & ((1n << BigInt(bits)) - 1n);
}
