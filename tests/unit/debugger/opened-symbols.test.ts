// A second dump of the same machine does not read the PDBs again that the first one needed.
import { describe, expect, it } from 'vitest';
import { BufferSource, type ByteSource } from '../../../sim/debugger/files/byte-source.js';
import { Module } from '../../../sim/debugger/target/module.js';
import { buildImages } from '../../../sim/images/build.js';
import { buildPdb } from '../../../sim/images/pdb/build-pdb.js';
import { PdbFile } from '../../../sim/debugger/pdb/pdb-file.js';

const BASE = 0xffff_f800_1000_0000n;
const bytes = buildPdb(buildImages().get('disk'));
const { key } = new PdbFile(new BufferSource(bytes));

/** Counts what is read of a file. */
class Counted implements ByteSource {
  reads = 0;
  readonly #file = new BufferSource(bytes);
  readonly size = this.#file.size;

  read(offset: number, length: number): Uint8Array {
    this.reads++;
    return this.#file.read(offset, length);
  }
}

function moduleAt(base: bigint, file: ByteSource, path = 'disk.pdb'): Module {
  const files = { description: '', find: () => ({ path, file }) };
  const facts = { name: 'disk', base, size: 0x10000, imagePath: 'disk.sys', timeDateStamp: 0, checkSum: 0 };
  return new Module(
    { ...facts, pdb: { path: 'disk.pdb', key, guid: '', age: 1 } },
    { read: () => new Uint8Array() },
    files,
  );
}

describe('symbols of a file that is found again', () => {
  it('are read once', () => {
    const file = new Counted();
    const first = moduleAt(BASE, file).symbols!;
    const { reads } = file;
    expect(reads).toBeGreaterThan(0);
    const again = moduleAt(BASE, file).symbols!;
    expect(file.reads).toBe(reads);
    expect(again.all).toEqual(first.all);
  });

  it('are those of the module that asks, wherever it lies', () => {
    const file = new Counted();
    const [name] = moduleAt(BASE, file).symbols!.all.map((symbol) => symbol.name);
    const moved = moduleAt(BASE + 0x100000n, file).symbols!.find(name!)!;
    const stayed = moduleAt(BASE, file).symbols!.find(name!)!;
    expect(moved.address - stayed.address).toBe(0x100000n);
  });

  it('say where the file was found this time', () => {
    const file = new Counted();
    moduleAt(BASE, file);
    expect(moduleAt(BASE, file, 'elsewhere.pdb').symbols!.path).toBe('elsewhere.pdb');
  });
});
