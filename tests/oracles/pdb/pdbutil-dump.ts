import { execFileSync } from 'node:child_process';

/** What llvm-pdbutil says of a PDB's types, in the words of the profiles' type layouts. */
export interface DumpedTypes {
  /** Structures and unions by name, without forward references. */
  layouts: Map<string, DumpedLayout>;
  enums: Map<string, Record<string, number>>;
  /** Names of forward references that llvm-pdbutil did not find the definition of. */
  unresolved: string[];
}

export interface DumpedLayout {
  kind: 'struct' | 'union';
  size: number;
  members: DumpedMember[];
}

export interface DumpedMember {
  name: string;
  offset: number;
  /** Of a bit field: [position, length]. */
  bits?: [number, number];
  /** Name of the structure or union that the member is. */
  type?: string;
}

export interface DumpedPublic {
  name: string;
  section: number;
  offset: number;
  isFunction: boolean;
}

export function pdbutil(program: string, ...options: string[]): string {
  return execFileSync(program, options, { encoding: 'utf8', maxBuffer: 1 << 28 });
}

/** Parses `llvm-pdbutil dump --types`. */
export function parseTypes(dump: string): DumpedTypes {
  const records = dump.split(/^ +(?=0x[0-9A-F]+ \| )/m).slice(1);
  const names = new Map<string, string>();
  const bitFields = new Map<string, [number, number]>();
  const fieldLists = new Map<string, string>();
  const result: DumpedTypes = { layouts: new Map(), enums: new Map(), unresolved: [] };
  for (const record of records) {
    const [, index = '', kind = '', name = ''] =
      /^(\S+) \| (LF_\w+) \[[^\]]*\](?: `(.*)`)?/.exec(record) ?? [];
    if (kind === 'LF_FIELDLIST') fieldLists.set(index, record);
    if (kind === 'LF_BITFIELD') {
      const [, position, length] = /bit offset = (\d+), # bits = (\d+)/.exec(record) ?? [];
      bitFields.set(index, [Number(position), Number(length)]);
    }
    if (!['LF_STRUCTURE', 'LF_UNION', 'LF_ENUM'].includes(kind)) continue;
    if (record.includes('forward ref')) {
      // Found ones point on (->) or back (<-), others at themselves.
      if (/forward ref \(=/.test(record)) result.unresolved.push(name);
      continue;
    }
    names.set(index, name);
    const fields = wholeFieldList(fieldLists, /field list: (0x[0-9A-F]+)/.exec(record)?.[1] ?? '');
    if (kind === 'LF_ENUM') {
      result.enums.set(name, enumerators(fields));
    } else {
      result.layouts.set(name, {
        kind: kind === 'LF_UNION' ? 'union' : 'struct',
        size: Number(/sizeof (\d+)/.exec(record)?.[1]),
        members: members(fields, bitFields, names),
      });
    }
  }
  return result;
}

/** Parses `llvm-pdbutil dump --publics`. */
export function parsePublics(dump: string): DumpedPublic[] {
  const record = /S_PUB32 \[.*\] `(.*)`\s+flags = (.*), addr = (\d+):(\d+)/g;
  return [...dump.matchAll(record)].map(([, name = '', flags, section, offset]) => ({
    name,
    section: Number(section),
    offset: Number(offset),
    isFunction: flags === 'function',
  }));
}

function wholeFieldList(lists: ReadonlyMap<string, string>, index: string): string {
  const list = lists.get(index) ?? '';
  const continuation = /LF_INDEX.*?(0x[0-9A-F]+)/.exec(list)?.[1];
  return continuation ? list + wholeFieldList(lists, continuation) : list;
}

function enumerators(fields: string): Record<string, number> {
  const entries = [...fields.matchAll(/LF_ENUMERATE \[(\S+) = (-?\d+)\]/g)];
  return Object.fromEntries(entries.map(([, name = '', value]) => [name, Number(value)]));
}

function members(
  fields: string,
  bitFields: ReadonlyMap<string, [number, number]>,
  names: ReadonlyMap<string, string>,
): DumpedMember[] {
  const member = /LF_MEMBER \[name = `(.*)`, Type = (0x[0-9A-F]+).*, offset = (\d+)/g;
  return [...fields.matchAll(member)].map(([, name = '', index = '', offset]) => {
    const bits = bitFields.get(index);
    const type = names.get(index);
    return { name, offset: Number(offset), ...(bits && { bits }), ...(type !== undefined && { type }) };
  });
}
