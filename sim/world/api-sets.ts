import data from './catalogue/api-sets.json';

// API_SET_NAMESPACE, version 6, as its readers document it: a header, an entry for each contract in order of name, the
// values and their names, and a table of hashes in order.
const VERSION = 6;
const HASH_FACTOR = 31;
const HEADER_BYTES = 28;
const ENTRY_BYTES = 24;
const VALUE_BYTES = 20;
const HASH_BYTES = 8;

/** What the loader hashes of a contract's name: all but the last number. */
function hashedPart(name: string): string {
  return name.slice(0, name.lastIndexOf('-'));
}

/** Hash of a contract's name in the namespace. */
function hashOf(name: string): number {
  let hash = 0;
  for (const unit of hashedPart(name)) hash = (Math.imul(hash, HASH_FACTOR) + unit.charCodeAt(0)) >>> 0;
  return hash;
}

/** The map from contracts to DLLs that every process has mapped: the bytes of PEB.ApiSetMap. */
export function apiSetMap(): Uint8Array {
  const contracts = Object.entries(data.hosts)
    .flatMap(([host, names]) => names.map((name) => ({ name, host })))
    .sort((a, b) => (hashedPart(a.name) < hashedPart(b.name) ? -1 : 1));
  const values = HEADER_BYTES + contracts.length * ENTRY_BYTES;
  const hashes = values + contracts.length * VALUE_BYTES;
  const texts = hashes + contracts.length * HASH_BYTES;
  const places = new Map<string, number>();
  let end = texts;
  for (const text of contracts.flatMap(({ name, host }) => [name, host]))
    if (!places.has(text)) {
      places.set(text, end);
      end += text.length * 2;
    }
  const bytes = new Uint8Array(end);
  const view = new DataView(bytes.buffer);
  const put = (offset: number, ...words: number[]) =>
    words.forEach((word, index) => view.setUint32(offset + 4 * index, word, true));
  put(0, VERSION, end, 0, contracts.length, HEADER_BYTES, hashes, HASH_FACTOR);
  contracts.forEach(({ name, host }, index) => {
    const value = values + index * VALUE_BYTES;
    const hashed = hashedPart(name).length * 2;
    put(HEADER_BYTES + index * ENTRY_BYTES, 1, places.get(name)!, name.length * 2, hashed, value, 1);
    put(value, 0, 0, 0, places.get(host)!, host.length * 2);
  });
  contracts
    .map(({ name }, index) => ({ hash: hashOf(name), index }))
    .sort((a, b) => a.hash - b.hash)
    .forEach(({ hash, index }, place) => put(hashes + place * HASH_BYTES, hash, index));
  for (const [text, offset] of places)
    for (let i = 0; i < text.length; i++) view.setUint16(offset + 2 * i, text.charCodeAt(i), true);
  return bytes;
}
