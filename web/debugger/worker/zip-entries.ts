/** A file in a zip. */
export interface ZipEntry {
  /** With `/`. */
  path: string;
  /** Unpacked, bytes. */
  size: number;
  /** The file's bytes; nothing is read before. @throws Error when it is packed in another way than zips commonly are */
  open(): Promise<Blob>;
}

/** Structures of a zip. Source: PKWARE APPNOTE.TXT, 4.3.7, 4.3.12, 4.3.16; Zip64: 4.3.14, 4.3.15, 4.5.3. */
const END = { signature: 0x06054b50, bytes: 22, count: 10, size: 12, offset: 16 };
const LOCATOR = { signature: 0x07064b50, bytes: 20, offset: 8 };
const END64 = { signature: 0x06064b50, bytes: 56, count: 32, size: 40, offset: 48 };
const CENTRAL = {
  signature: 0x02014b50, bytes: 46, flags: 8, method: 10, packed: 20, size: 24, name: 28, extra: 30, comment: 32, offset: 42,
}; // prettier-ignore
const LOCAL = { signature: 0x04034b50, bytes: 30, name: 26, extra: 28 };
const LONGEST_COMMENT = 0xffff;
const METHOD_STORED = 0;
const METHOD_DEFLATED = 8;
const FLAG_ENCRYPTED = 1;
const EXTRA_ZIP64 = 1;
const IN_EXTRA = 0xffffffff; // the value is in the Zip64 extra field
/** A directory of files that is larger than this is no store of symbols. */
const LARGEST_DIRECTORY = 0x4000000;

const broken = () => new Error('This zip file is damaged.');

/** The files in a zip, in its order. @throws Error when it is damaged */
export async function zipEntries(zip: Blob): Promise<ZipEntry[]> {
  const { offset, size, count } = await directoryOf(zip);
  if (size > LARGEST_DIRECTORY || offset + size > zip.size) throw broken();
  const view = await viewOf(zip, offset, size);
  const text = new TextDecoder();
  const entries: ZipEntry[] = [];
  for (let at = 0, i = 0; i < count; i++) {
    if (at + CENTRAL.bytes > view.byteLength || view.getUint32(at, true) !== CENTRAL.signature)
      throw broken();
    const nameLength = view.getUint16(at + CENTRAL.name, true);
    const extraLength = view.getUint16(at + CENTRAL.extra, true);
    const next = at + CENTRAL.bytes + nameLength + extraLength + view.getUint16(at + CENTRAL.comment, true);
    if (next > view.byteLength) throw broken();
    const path = text.decode(new Uint8Array(view.buffer, view.byteOffset + at + CENTRAL.bytes, nameLength));
    const [unpacked, packed, start] = large(view, at, at + CENTRAL.bytes + nameLength, extraLength);
    const method = view.getUint16(at + CENTRAL.method, true);
    const encrypted = (view.getUint16(at + CENTRAL.flags, true) & FLAG_ENCRYPTED) !== 0;
    if (!path.endsWith('/'))
      entries.push({
        path,
        size: unpacked,
        open: () => {
          if (encrypted) throw new Error(`${path} is encrypted.`);
          return contentOf(zip, start, packed, unpacked, method, path);
        },
      });
    at = next;
  }
  return entries;
}

async function viewOf(zip: Blob, offset: number, length: number): Promise<DataView> {
  return new DataView(await zip.slice(offset, offset + length).arrayBuffer());
}

/** Where the central directory lies. */
async function directoryOf(zip: Blob): Promise<{ offset: number; size: number; count: number }> {
  const start = Math.max(0, zip.size - END.bytes - LONGEST_COMMENT);
  const view = await viewOf(zip, start, zip.size - start);
  let at = view.byteLength - END.bytes;
  while (at >= 0 && view.getUint32(at, true) !== END.signature) at--;
  if (at < 0) throw new Error('This is no zip file.');
  const locator = at - LOCATOR.bytes;
  if (locator >= 0 && view.getUint32(locator, true) === LOCATOR.signature) {
    const end64 = await viewOf(zip, Number(view.getBigUint64(locator + LOCATOR.offset, true)), END64.bytes);
    if (end64.byteLength < END64.bytes || end64.getUint32(0, true) !== END64.signature) throw broken();
    const value = (offset: number) => Number(end64.getBigUint64(offset, true));
    return { offset: value(END64.offset), size: value(END64.size), count: value(END64.count) };
  }
  return {
    offset: view.getUint32(at + END.offset, true),
    size: view.getUint32(at + END.size, true),
    count: view.getUint16(at + END.count, true),
  };
}

/** Unpacked size, packed size and offset of an entry; those that need more than 32 bits are in its extra field. */
function large(view: DataView, at: number, extra: number, extraLength: number): [number, number, number] {
  const value = (field: number) => view.getUint32(at + field, true);
  const values: [number, number, number] = [
    value(CENTRAL.size),
    value(CENTRAL.packed),
    value(CENTRAL.offset),
  ];
  if (!values.includes(IN_EXTRA)) return values;
  for (let field = extra; field + 4 <= extra + extraLength;) {
    const length = view.getUint16(field + 2, true);
    let place = field + 4;
    if (view.getUint16(field, true) === EXTRA_ZIP64)
      return values.map((small) => {
        if (small !== IN_EXTRA) return small;
        if (place + 8 > field + 4 + length || place + 8 > extra + extraLength) throw broken();
        place += 8;
        return Number(view.getBigUint64(place - 8, true));
      }) as [number, number, number];
    field = place + length;
  }
  throw broken();
}

async function contentOf(
  zip: Blob,
  start: number,
  packed: number,
  unpacked: number,
  method: number,
  path: string,
): Promise<Blob> {
  const local = await viewOf(zip, start, LOCAL.bytes);
  if (local.byteLength < LOCAL.bytes || local.getUint32(0, true) !== LOCAL.signature) throw broken();
  const offset = start + LOCAL.bytes + local.getUint16(LOCAL.name, true) + local.getUint16(LOCAL.extra, true);
  const content = zip.slice(offset, offset + packed);
  if (method === METHOD_STORED) return content;
  if (method !== METHOD_DEFLATED)
    throw new Error(`${path} is packed by method ${method}, which cannot be read.`);
  const unpacking = content.stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Response(unpacking.pipeThrough(atMost(unpacked, path))).blob();
}

/** Ends an entry that unpacks to more than its directory says. */
function atMost(most: number, path: string): TransformStream<Uint8Array, Uint8Array> {
  let total = 0;
  return new TransformStream({
    transform(chunk, controller) {
      total += chunk.length;
      if (total > most) throw new Error(`${path} is larger than the zip file says.`);
      controller.enqueue(chunk);
    },
  });
}
