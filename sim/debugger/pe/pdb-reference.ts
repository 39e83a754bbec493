import { record } from '../files/record.js';
import { utf8Text } from '../files/text.js';

/** CodeView record of an image or a minidump. Source: LLVM, `codeview::DebugInfo` and PDB70. */
const RSDS = record(0x18, {
  Signature: [0x0, 'u32'],
  Guid1: [0x4, 'u32'],
  Guid2: [0x8, 'u16'],
  Guid3: [0xa, 'u16'],
  Age: [0x14, 'u32'],
});
const SIGNATURE_RSDS = 0x53445352;
const LONGEST_PATH = 260;
export const LONGEST_REFERENCE = RSDS.size + LONGEST_PATH;

export interface PdbReference {
  /** File's name as the linker wrote it. */
  path: string;
  /** GUID and age as symbol stores write them. */
  key: string;
  guid: string;
  age: number;
}

/** Which PDB an `RSDS` record names; `undefined` when it is none. */
export function pdbReference(bytes: Uint8Array): PdbReference | undefined {
  if (bytes.length <= RSDS.size) return undefined;
  const { Signature, Guid1, Guid2, Guid3, Age } = RSDS.read(bytes);
  if (Signature !== SIGNATURE_RSDS) return undefined;
  const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, '0');
  const tail = [...bytes.subarray(0xc, 0x14)].map((byte) => hex(byte, 2));
  const parts = [
    hex(Guid1, 8),
    hex(Guid2, 4),
    hex(Guid3, 4),
    tail.slice(0, 2).join(''),
    tail.slice(2).join(''),
  ];
  return {
    path: utf8Text(bytes, RSDS.size),
    key: `${parts.join('')}${Age.toString(16).toUpperCase()}`,
    guid: parts.join('-'),
    age: Age,
  };
}
