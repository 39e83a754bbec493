// Every variable of the kernel that its symbols name has something in it, or a reason to be zero.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';
import { AddressSpace } from './address-space.js';
import { DumpFile } from './dump-file.js';
import { publicData } from './pdb-publics.js';
import reasons from './zero-globals.json' with { type: 'json' };

const { quiet, missing } = reasons;

describe("the kernel's variables in the dump of a quiet machine", () => {
  let made: GeneratedDump;
  let data: { name: string; isZero: boolean }[];

  beforeAll(() => {
    made = generateDump(['--machine', 'classroom', '--seed', '3']);
    const dump = new DumpFile(made.dump);
    const space = new AddressSpace(dump, dump.u64('DirectoryTableBase'));
    const nt = made.truth.modules.find(({ name }) => name === 'nt')!;
    const [key = ''] = readdirSync(join(made.symbols, nt.pdb.name));
    data = publicData(join(made.symbols, nt.pdb.name, key, nt.pdb.name)).map(({ name, rva, end }) => ({
      name,
      isZero: space.bytes(BigInt(nt.base) + BigInt(rva), end - rva).every((byte) => byte === 0),
    }));
  });
  afterAll(() => made?.remove());

  it('are many', () => expect(data.length).toBeGreaterThan(200));

  it('are zero for a reason, or not at all', () => {
    const known = new Set([...Object.keys(quiet), ...Object.keys(missing)]);
    const zero = data.filter(({ isZero }) => isZero).map(({ name }) => name);
    expect(zero.filter((name) => !known.has(name))).toEqual([]);
    expect([...known].filter((name) => !zero.includes(name))).toEqual([]);
  });
});
