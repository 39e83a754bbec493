import { describe, expect, it } from 'vitest';
import { memberTree, isUnion } from '../../../sim/images/pdb/member-tree.js';
import type { Member } from '../../../sim/images/pdb/member-tree.js';
import { CatalogueWriter } from '../../../sim/images/pdb/type-catalogue.js';
import { parseTypeName } from '../../../sim/images/pdb/type-name.js';
import { TypeRecords } from '../../../sim/images/pdb/type-records.js';
import { TypeSizes } from '../../../sim/images/pdb/type-sizes.js';
import type { TypeCatalogue, TypeLayout } from '../../../sim/profiles/profile.js';

function catalogue(types: Record<string, TypeLayout>): TypeCatalogue {
  return { build: 22631, types, enums: {} };
}

function struct(size: number, fields: TypeLayout['fields']): TypeLayout {
  return { size, kind: 'struct', fields };
}

describe('type names', () => {
  it.each([
    ['u32', { base: 'u32', isEnum: false, pointers: 0, dimensions: [] }],
    ['_KPRCB*[64]', { base: '_KPRCB', isEnum: false, pointers: 1, dimensions: [64] }],
    ['u8[2][3]', { base: 'u8', isEnum: false, pointers: 0, dimensions: [2, 3] }],
    ['enum _POOL_TYPE', { base: '_POOL_TYPE', isEnum: true, pointers: 0, dimensions: [] }],
    ['<anon>', { base: '<anon>', isEnum: false, pointers: 0, dimensions: [] }],
  ])('%s', (text, expected) => {
    expect(parseTypeName(text)).toEqual(expected);
  });

  it.each(['', 'u32 *', 'u32[', 'u32[]', 'struct _X'])('refuses %j', (text) => {
    expect(() => parseTypeName(text)).toThrow('is not a type');
  });
});

describe('named anonymous members', () => {
  const layout = struct(16, {
    Key: [0, 'u32'],
    u: [4, '<anon>'],
    'u.Long': [4, 'u32'],
    'u.Short': [4, 'u16'],
    s: [8, '<anon>'],
    's.Low': [8, 'u32', 0, 4],
    's.High': [8, 'u32', 4, 28],
    's.Tail': [12, 'u8'],
  });
  const [, u, s] = memberTree('_T', layout) as [Member, Member, Member];

  it('hang below their parents', () => {
    expect(u.members.map(({ name }) => name)).toEqual(['Long', 'Short']);
  });

  it('are unions where members overlap, but not for bits of the same word', () => {
    expect([isUnion(u), isUnion(s)]).toEqual([true, false]);
  });

  it('are as large as their members, aligned', () => {
    const sizes = new TypeSizes(catalogue({ _T: layout }));
    expect([sizes.anonymousSize(u), sizes.anonymousSize(s)]).toEqual([4, 8]);
  });

  it('must stand after their parents', () => {
    expect(() => memberTree('_T', struct(4, { 'u.Long': [0, 'u32'] }))).toThrow("_T: 'u.Long'");
  });
});

describe('a catalogue that cannot be written', () => {
  it.each([
    [
      'holds a type that contains itself',
      { _A: struct(8, { B: [0, '_B'] }), _B: struct(8, { A: [0, '_A'] }) },
      /_A\.B.*_B\.A.*contains itself/,
    ],
    ['embeds an unknown type', { _A: struct(8, { X: [0, '_X'] }) }, /_A\.X.*_X is not in the catalogue/],
    ['has an unknown enum', { _A: struct(8, { X: [0, 'enum _X'] }) }, /_A\.X.*_X is not in the catalogue/],
  ])('%s', (_, types, message) => {
    expect(() => new CatalogueWriter(new TypeRecords(), catalogue(types)).addAll()).toThrow(message);
  });
});
