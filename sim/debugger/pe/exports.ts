import { record } from '../files/record.js';
import { asciiText } from '../files/text.js';
import { Directory, type Image } from './image.js';

/** IMAGE_EXPORT_DIRECTORY. Source: Microsoft, "PE Format". */
const EXPORT_DIRECTORY = record(0x28, {
  NumberOfFunctions: [0x14, 'u32'],
  NumberOfNames: [0x18, 'u32'],
  AddressOfFunctions: [0x1c, 'u32'],
  AddressOfNames: [0x20, 'u32'],
  AddressOfNameOrdinals: [0x24, 'u32'],
});
/** No image has more, and a damaged one must not be believed. */
const MOST_NAMES = 0x10000;
const LONGEST_NAME = 0x200;
const MOST_DIRECTORY_BYTES = 0x400000;

export interface Export {
  name: string;
  /** Relative to the image's base. */
  rva: number;
}

/** What an image exports by name, in the order of its table; those that lead to other images are left out. */
export function exportsOf(image: Image): Export[] {
  const { rva, size } = image.directory(Directory.EXPORT);
  if (rva === 0 || size < EXPORT_DIRECTORY.size) return [];
  const read = (at: number, bytes: number) => image.memory.read(image.base + BigInt(at), bytes);
  // Names lie in the directory, most of them: it is read once.
  const whole = read(rva, Math.min(size, MOST_DIRECTORY_BYTES));
  if (whole.length < EXPORT_DIRECTORY.size) return [];
  const directory = EXPORT_DIRECTORY.read(whole);
  const count = Math.min(directory.NumberOfNames, MOST_NAMES);
  const functions = table(
    read(directory.AddressOfFunctions, Math.min(directory.NumberOfFunctions, MOST_NAMES) * 4),
    4,
  );
  const names = table(read(directory.AddressOfNames, count * 4), 4);
  const ordinals = table(read(directory.AddressOfNameOrdinals, count * 2), 2);
  const found: Export[] = [];
  for (let i = 0; i < Math.min(names.length, ordinals.length); i++) {
    const target = functions[ordinals[i]!];
    const isForwarded = target !== undefined && target >= rva && target < rva + size;
    if (target === undefined || target === 0 || isForwarded) continue;
    const at = names[i]! - rva;
    const bytes =
      at >= 0 && at < whole.length ? whole.subarray(at, at + LONGEST_NAME) : read(names[i]!, LONGEST_NAME);
    // DbgHelp takes one underscore off, as it does of publics.
    const name = asciiText(bytes).replace(/^_(?=.)/, '');
    if (name !== '') found.push({ name, rva: target });
  }
  return found;
}

function table(bytes: Uint8Array, size: 2 | 4): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, i) =>
    size === 2 ? view.getUint16(i * size, true) : view.getUint32(i * size, true),
  );
}
