/**
 * CheckSum of a PE file, as ImageHlp and the loader compute it: the 16-bit words of the file added with end-around
 * carry, the field itself taken as 0, plus the file's length.
 */
export function peChecksum(file: Uint8Array, checksumOffset: number): number {
  const word = (offset: number) => file[offset]! | ((file[offset + 1] ?? 0) << 8);
  let sum = -word(checksumOffset) - word(checksumOffset + 2);
  for (let offset = 0; offset < file.length; offset += 2) sum += word(offset);
  // The carries added at the end: a sum of words is far from what a number holds exactly.
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return sum + file.length;
}
