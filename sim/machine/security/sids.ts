import { sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';

const SERVICE = 'S-1-5-80';
const PACKAGE = 'S-1-15-2';
const CAPABILITY = 'S-1-15-3-1024';
const PACKAGE_PARTS = 7;

const encoded = new Map<string, Uint8Array>();

/** A SID's bytes: revision, number of parts, authority (big-endian), parts. @throws Error when it is none */
export function sidBytes(sid: string): Uint8Array {
  let bytes = encoded.get(sid);
  if (!bytes) encoded.set(sid, (bytes = encode(sid)));
  return bytes;
}

function encode(sid: string): Uint8Array {
  const match = /^S-1-(\d+)((?:-\d+)+)$/.exec(sid);
  if (!match) throw new Error(`no SID: ${sid}`);
  const parts = match[2]!.slice(1).split('-').map(Number);
  const bytes = new Uint8Array(8 + 4 * parts.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = 1;
  bytes[1] = parts.length;
  view.setUint32(4, Number(match[1]));
  parts.forEach((part, index) => view.setUint32(8 + 4 * index, part, true));
  return bytes;
}

/** A SID as people write it, from its bytes. */
export function sidText(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = Array.from({ length: bytes[1]! }, (_, i) => view.getUint32(8 + 4 * i, true));
  return ['S', bytes[0], view.getUint32(4), ...parts].join('-');
}

function wide(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), true);
  return bytes;
}

function parts(hash: Uint8Array, count: number): string {
  const view = new DataView(hash.buffer, hash.byteOffset, hash.byteLength);
  return Array.from({ length: count }, (_, i) => view.getUint32(i * 4, true)).join('-');
}

/** SID of a service: the SHA-1 of its upper-case name, as `sc showsid` prints it. */
export function serviceSid(name: string): string {
  return `${SERVICE}-${parts(sha1(wide(name.toUpperCase())), 5)}`;
}

/** SID of a package: the start of the SHA-256 of its lower-case family name. */
export function packageSid(familyName: string): string {
  return `${PACKAGE}-${parts(sha256(wide(familyName.toLowerCase())), PACKAGE_PARTS)}`;
}

/** SID of a capability that has a name and no number: the SHA-256 of the name in upper case. */
export function capabilitySid(name: string): string {
  return `${CAPABILITY}-${parts(sha256(wide(name.toUpperCase())), 8)}`;
}
