import { UNFINISHED, inFolder, type Disk } from './disk.js';
import { freeName } from './dump-file.js';

/** Bytes that are copied at a time. */
const PIECE = 4 * 1024 * 1024;

/**
 * Copies a file to a folder of the machine's disk, a piece at a time; another file of its name stays.
 * @returns Its path
 * @throws DOMException QuotaExceededError when the browser gives no more space; then there is no file
 */
export async function addFile(disk: Disk, folder: string, name: string, bytes: Blob): Promise<string> {
  const dot = name.lastIndexOf('.');
  const [base, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  const final = await freeName(disk, folder, base, extension);
  const file = await disk.create(inFolder(folder, `${final}${UNFINISHED}`));
  try {
    for (let at = 0; at < bytes.size; at += PIECE)
      file.write(new Uint8Array(await bytes.slice(at, at + PIECE).arrayBuffer()));
    await file.finish(final);
  } catch (error) {
    await file.discard().catch(() => undefined);
    throw error;
  }
  return inFolder(folder, final);
}
