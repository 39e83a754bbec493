/** [byte offset, type name, bit position?, bit length?]; the type grammar is in the `legend` of types.json. */
export type FieldLayout = [offset: number, type: string, bitPosition?: number, bitLength?: number];

export interface TypeLayout {
  size: number;
  kind: 'struct' | 'union';
  /** In declaration order. Dotted names are members of the named anonymous member before the dot. */
  fields: Record<string, FieldLayout>;
}

export interface EnumLayout {
  size: number;
  values: Record<string, number>;
}

/** Type layouts of one Windows build. Data; loaded lazily because only symbol files need all of it. */
export interface TypeCatalogue {
  build: number;
  types: Record<string, TypeLayout>;
  enums: Record<string, EnumLayout>;
}
