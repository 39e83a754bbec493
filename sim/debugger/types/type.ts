/** Types as a debugger shows them. Sizes and offsets are bytes. */
export type Type = BaseType | PointerType | ArrayType | StructType | EnumType | BitfieldType | FunctionType;

export type BaseKind = 'void' | 'int' | 'uint' | 'char' | 'uchar' | 'wchar' | 'bool' | 'float' | 'hresult';

export interface BaseType {
  kind: 'base';
  base: BaseKind;
  size: number;
  /** `int`, not `long`, though both have four bytes. */
  isInt?: boolean;
}

export interface PointerType {
  kind: 'pointer';
  size: number;
  readonly target: Type;
}

export interface ArrayType {
  kind: 'array';
  size: number;
  readonly element: Type;
}

export interface StructType {
  kind: 'struct';
  keyword: 'struct' | 'union' | 'class';
  name: string;
  size: number;
  /** In the order of the declaration; those of base classes first. */
  readonly fields: readonly Field[];
  /** Members of all kinds that the PDB counts, nested types with them. */
  elements: number;
}

export interface Field {
  name: string;
  offset: number;
  type: Type;
  isStatic?: boolean;
}

export interface EnumType {
  kind: 'enum';
  name: string;
  size: number;
  readonly base: Type;
  readonly values: readonly { name: string; value: bigint }[];
}

export interface BitfieldType {
  kind: 'bitfield';
  size: number;
  readonly base: Type;
  position: number;
  length: number;
}

export interface FunctionType {
  kind: 'function';
  size: 0;
  /** Types of its parameters; none where the symbols do not tell. */
  readonly parameters: readonly Type[];
}

export const VOID: BaseType = { kind: 'base', base: 'void', size: 0 };

/** A base type by what it is and how many bytes it has. */
export function baseType(base: BaseKind, size: number): BaseType {
  return { kind: 'base', base, size };
}

export function pointerTo(target: Type): PointerType {
  return { kind: 'pointer', size: 8, target };
}

export function fieldOf(type: StructType, name: string): Field | undefined {
  return type.fields.find((field) => field.name === name);
}

export function isStruct(type: Type): type is StructType {
  return type.kind === 'struct';
}

/** Elements of an array. */
export function countOf(type: ArrayType): number {
  return type.element.size > 0 ? Math.floor(type.size / type.element.size) : 0;
}
