import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashName, hashRecord, jamCrc } from '../../../sim/images/pdb/hash.js';

const ascii = (text: string) => new TextEncoder().encode(text);

/** The name hash as LLVM's documentation tells it: words, then a half word, then a byte. */
function hashByWords(name: string): number {
  const bytes = ascii(name);
  const view = new DataView(bytes.buffer);
  let hash = 0;
  let at = 0;
  for (; bytes.length - at >= 4; at += 4) hash ^= view.getUint32(at, true);
  if (bytes.length - at >= 2) {
    hash ^= view.getUint16(at, true);
    at += 2;
  }
  if (bytes.length - at === 1) hash ^= view.getUint8(at);
  hash |= 0x20202020;
  hash ^= hash >>> 11;
  return (hash ^ (hash >>> 16)) >>> 0;
}

describe('hash of names', () => {
  it('takes words, then a half word, then a byte', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 40 }), (name) => {
        expect(hashName(name)).toBe(hashByWords(name));
      }),
    );
  });

  it('does not tell upper from lower case', () => {
    expect(hashName('PsActiveProcessHead')).toBe(hashName('psactiveprocesshead'));
  });

  it('refuses names that are not ASCII', () => {
    expect(() => hashName('Größe')).toThrow(/Größe/);
  });
});

describe('JamCRC', () => {
  it('gives the published check value', () => {
    expect(jamCrc(ascii('123456789'), 0xffffffff)).toBe(0x340bc6d9);
  });

  it('starts from zero for records, so that leading zeros do not count', () => {
    expect(hashRecord(Uint8Array.of(0, 0, 0, 7))).toBe(hashRecord(Uint8Array.of(7)));
  });
});
