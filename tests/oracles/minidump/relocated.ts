const PE32_MAGIC = 0x10b;
const HIGHLOW = 3; // IMAGE_REL_BASED_HIGHLOW
const RELOCATIONS = 5; // of the data directory
/** In the optional header of PE32. */
const [IMAGE_BASE, DIRECTORIES] = [28, 96];

/** The file of an image as a loader corrects it for a base; as it is where its code does not depend on the base. */
export function relocated(file: Buffer, base: bigint): Buffer {
  const nt = file.readUInt32LE(0x3c);
  const optional = nt + 24;
  if (file.readUInt16LE(optional) !== PE32_MAGIC) return file;
  const sections = Array.from(
    { length: file.readUInt16LE(nt + 6) },
    (_, index) => optional + file.readUInt16LE(nt + 20) + index * 40,
  );
  const placeOf = (rva: number) => {
    const section = sections.findLast((at) => file.readUInt32LE(at + 12) <= rva)!;
    return file.readUInt32LE(section + 20) + rva - file.readUInt32LE(section + 12);
  };
  const copy = Buffer.from(file);
  const by = Number(base) - file.readUInt32LE(optional + IMAGE_BASE);
  const directory = optional + DIRECTORIES + RELOCATIONS * 8;
  const start = file.readUInt32LE(directory);
  const end = start + file.readUInt32LE(directory + 4);
  for (let block = start; block < end; block += file.readUInt32LE(placeOf(block) + 4)) {
    const at = placeOf(block);
    for (let entry = at + 8; entry < at + file.readUInt32LE(at + 4); entry += 2) {
      const word = file.readUInt16LE(entry);
      if (word >> 12 !== HIGHLOW) continue;
      const place = placeOf(file.readUInt32LE(at) + (word & 0xfff));
      copy.writeUInt32LE((file.readUInt32LE(place) + by) >>> 0, place);
    }
  }
  return copy;
}
