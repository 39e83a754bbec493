import { record, viewOf } from '../files/record.js';
import { wideText } from '../files/text.js';
import { Directory, type Image } from './image.js';

/** VS_FIXEDFILEINFO. Source: Windows SDK, verrsrc.h. */
const FIXED = record(0x34, {
  Signature: [0x0, 'u32'],
  FileVersionMS: [0x8, 'u32'],
  FileVersionLS: [0xc, 'u32'],
  ProductVersionMS: [0x10, 'u32'],
  ProductVersionLS: [0x14, 'u32'],
  FileFlagsMask: [0x18, 'u32'],
  FileFlags: [0x1c, 'u32'],
  FileOS: [0x20, 'u32'],
  FileType: [0x24, 'u32'],
  FileSubtype: [0x28, 'u32'],
  FileDateMS: [0x2c, 'u32'],
  FileDateLS: [0x30, 'u32'],
});
const FIXED_SIGNATURE = 0xfeef04bd;
const RT_VERSION = 16;
const DIRECTORY_BYTES = 16;
const SUBDIRECTORY = 0x80000000;
const MOST_BYTES = 0x10000;

export interface VersionResource {
  fileVersion: string;
  productVersion: string;
  flags: number;
  flagsMask: number;
  os: number;
  type: number;
  subtype: number;
  dateHigh: number;
  dateLow: number;
  /** `0409.04b0` */
  translation: string;
  strings: [string, string][];
}

/** The version resource of an image; `undefined` when it has none or its pages are not there. */
export function versionResource(image: Image): VersionResource | undefined {
  try {
    const resource = image.directory(Directory.RESOURCE);
    if (resource.rva === 0) return undefined;
    const tree = image.memory.read(image.base + BigInt(resource.rva), Math.min(resource.size, MOST_BYTES));
    const data = findVersion(tree);
    if (!data) return undefined;
    return parseVersion(image.memory.read(image.base + BigInt(data.rva), Math.min(data.size, MOST_BYTES)));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** First data entry below the type RT_VERSION. */
function findVersion(tree: Uint8Array): { rva: number; size: number } | undefined {
  const view = viewOf(tree);
  let at = 0;
  for (let depth = 0; depth < 3; depth++) {
    const named = view.getUint16(at + 12, true);
    const count = named + view.getUint16(at + 14, true);
    let next: number | undefined;
    for (let i = depth === 0 ? named : 0; i < count && next === undefined; i++) {
      const entry = at + DIRECTORY_BYTES + i * 8;
      if (depth > 0 || view.getUint32(entry, true) === RT_VERSION) next = view.getUint32(entry + 4, true);
    }
    if (next === undefined) return undefined;
    at = next & ~SUBDIRECTORY;
    if (!(next & SUBDIRECTORY)) return { rva: view.getUint32(at, true), size: view.getUint32(at + 4, true) };
  }
  return undefined;
}

function parseVersion(bytes: Uint8Array): VersionResource | undefined {
  const root = readNode(bytes, 0);
  if (!root) return undefined;
  const fixed = FIXED.read(bytes, root.value);
  if (fixed.Signature !== FIXED_SIGNATURE) return undefined;
  const strings: [string, string][] = [];
  let translation = '';
  for (const child of children(bytes, root)) {
    if (child.key === 'StringFileInfo')
      for (const table of children(bytes, child)) {
        translation = `${table.key.slice(0, 4)}.${table.key.slice(4)}`;
        for (const text of children(bytes, table))
          strings.push([text.key, wideText(bytes.subarray(text.value, text.end)).split('\0')[0]!]);
      }
  }
  const version = (ms: number, ls: number) => [ms >>> 16, ms & 0xffff, ls >>> 16, ls & 0xffff].join('.');
  return {
    fileVersion: version(fixed.FileVersionMS, fixed.FileVersionLS),
    productVersion: version(fixed.ProductVersionMS, fixed.ProductVersionLS),
    flags: fixed.FileFlags,
    flagsMask: fixed.FileFlagsMask,
    os: fixed.FileOS,
    type: fixed.FileType,
    subtype: fixed.FileSubtype,
    dateHigh: fixed.FileDateMS,
    dateLow: fixed.FileDateLS,
    translation,
    strings,
  };
}

interface Node {
  key: string;
  /** Where the value begins, and where children do. */
  value: number;
  children: number;
  end: number;
}

function readNode(bytes: Uint8Array, at: number): Node | undefined {
  const view = viewOf(bytes);
  if (at + 6 > bytes.length) return undefined;
  const length = view.getUint16(at, true);
  const valueLength = view.getUint16(at + 2, true);
  const isText = view.getUint16(at + 4, true) === 1;
  if (length < 6) return undefined;
  let keyEnd = at + 6;
  while (keyEnd + 2 <= bytes.length && view.getUint16(keyEnd, true) !== 0) keyEnd += 2;
  const value = align(keyEnd + 2);
  const children = align(value + valueLength * (isText ? 2 : 1));
  return {
    key: wideText(bytes.subarray(at + 6, keyEnd)),
    value,
    children,
    end: Math.min(at + length, bytes.length),
  };
}

function* children(bytes: Uint8Array, node: Node): Iterable<Node> {
  for (let at = node.children; at < node.end;) {
    const child = readNode(bytes, at);
    if (!child) return;
    yield child;
    at = align(child.end);
  }
}

const align = (value: number) => (value + 3) & ~3;
