import { describe, expect, it } from 'vitest';
import { offsetOf } from '../../../oracles/readers/layouts.js';
import { core, machine, symbol } from '../support.js';
import { get, headerOf, optionalHeader, pointer, text } from './support.js';

const NAME_INFO = 2;
const CREATOR_INFO = 1;
const { namespace, typeIndex } = machine.kernel;
const at = (structure: bigint, type: string, path: string) => structure + BigInt(offsetOf(type, path));
const nameOf = (object: bigint) =>
  text(at(optionalHeader(object, NAME_INFO)!, '_OBJECT_HEADER_NAME_INFO', 'Name'));

/** As ReactOS has it in ObpLookupEntryDirectory. */
function hashOf(name: string): number {
  let hash = 0;
  for (const character of name.toUpperCase())
    hash = (hash + ((hash << 1) >>> 0) + (hash >>> 1) + character.charCodeAt(0)) >>> 0;
  return hash;
}

interface Found {
  bucket: number;
  hash: number;
  object: bigint;
}

function entriesOf(directory: bigint): Found[] {
  return Array.from({ length: 37 }, (_, bucket) => bucket).flatMap((bucket) => {
    const found: Found[] = [];
    let entry = pointer(directory + BigInt(bucket * 8));
    for (; entry !== 0n; entry = get(entry, '_OBJECT_DIRECTORY_ENTRY', 'ChainLink'))
      found.push({
        bucket,
        hash: Number(get(entry, '_OBJECT_DIRECTORY_ENTRY', 'HashValue')),
        object: get(entry, '_OBJECT_DIRECTORY_ENTRY', 'Object'),
      });
    return found;
  });
}

/** Every object below a directory, by path. */
function walk(directory: bigint, path: string): Map<string, bigint> {
  const found = new Map<string, bigint>();
  for (const { object } of entriesOf(directory)) {
    const own = `${path}\\${nameOf(object)}`;
    found.set(own, object);
    if (core.exports.objectType(object) === typeIndex.get('Directory'))
      for (const [below, inside] of walk(object, own)) found.set(below, inside);
  }
  return found;
}

const root = pointer(symbol('ObpRootDirectoryObject'));

describe('the namespace', () => {
  it('holds what it was asked to, and nothing else but the types', () => {
    const asked = [...namespace.objects]
      .filter(({ path }) => path !== '\\')
      .map(({ path, address }) => [path, address] as const);
    const types = [...typeIndex].map(
      ([name, index]) =>
        [`\\ObjectTypes\\${name}`, pointer(symbol('ObTypeIndexTable') + BigInt(index * 8))] as const,
    );
    expect(new Map([...walk(root, '')].sort())).toEqual(new Map([...asked, ...types].sort()));
  });

  it('has each name in the bucket of its hash, and back pointers to its directory', () => {
    for (const directory of [...namespace.objects].filter(({ type }) => type === 'Directory'))
      for (const { bucket, hash, object } of entriesOf(directory.address)) {
        expect(hash).toBe(hashOf(nameOf(object)));
        expect(hash % 37).toBe(bucket);
        const info = optionalHeader(object, NAME_INFO)!;
        expect(get(info, '_OBJECT_HEADER_NAME_INFO', 'Directory')).toBe(directory.address);
      }
  });

  it('names the root and the directory of types', () => {
    expect(nameOf(root)).toBe('\\');
    expect(pointer(symbol('ObpTypeDirectoryObject'))).toBe(namespace.findDirectory('\\ObjectTypes'));
  });

  it('leads from C: to the system volume', () => {
    const link = namespace.find('\\GLOBAL??\\c:')!;
    expect(text(at(link.address, '_OBJECT_SYMBOLIC_LINK', 'LinkTarget'))).toBe('\\Device\\HarddiskVolume3');
    expect(get(link.address, '_OBJECT_SYMBOLIC_LINK', 'DosDeviceDriveIndex')).toBe(3n);
  });

  it('knows no path twice', () => {
    expect(() => namespace.createDirectory('\\device')).toThrow(/two objects/);
  });
});

describe('object types', () => {
  it('list themselves, once each, in the order of their indices', () => {
    const type = pointer(symbol('ObpTypeObjectType'));
    const head = at(type, '_OBJECT_TYPE', 'TypeList');
    const listed: bigint[] = [];
    for (let link = pointer(head); link !== head; link = pointer(link)) listed.push(link);
    const expected = [...typeIndex.values()].map((index) =>
      optionalHeader(pointer(symbol('ObTypeIndexTable') + BigInt(index * 8)), CREATOR_INFO)!,
    );
    expect(listed).toEqual(expected);
    expect(get(type, '_OBJECT_TYPE', 'TotalNumberOfObjects')).toBe(BigInt(expected.length));
  });

  it('number at least seventy, with pool tags of their names', () => {
    expect(typeIndex.size).toBeGreaterThanOrEqual(70);
    for (const [name, index] of typeIndex) {
      const type = pointer(symbol('ObTypeIndexTable') + BigInt(index * 8));
      const key = get(type, '_OBJECT_TYPE', 'Key');
      const letters = [0n, 8n, 16n, 24n].map((shift) => String.fromCharCode(Number((key >> shift) & 0xffn)));
      expect(letters.join('')).toBe(name === 'Type' ? 'ObjT' : name.slice(0, 4).padEnd(4)); // ObjT: what !poolfind looks for
      expect(get(headerOf(type), '_OBJECT_HEADER', 'HandleCount')).toBe(0n);
    }
  });
});
