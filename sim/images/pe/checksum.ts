/**
 * CheckSum of a PE file, as ImageHlp and the loader compute it: the 16-bit words of the file added with end-around
 * carry, the field itself taken as 0, plus the file's length.
 */
export function peChecksum(file: Uint8Array, checksumOffset: number): number {
  let sum = 0;
  for (let offset = 0; offset < file.length; offset += 2) {
    if (offset === checksumOffset || offset === checksumOffset + 2) continue;
    sum += file[offset]! | ((file[offset + 1] ?? 0) << 8);
    sum = (sum & 0xffff) + (sum >>> 16);
  }
  return sum + file.length;
}
