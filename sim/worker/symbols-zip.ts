import { downloadZip } from 'client-zip';
import type { StoreFile } from '../images/store.js';

/** A symbol store as a zip file. `date` goes into its entries, so that the same machine gives the same bytes. */
export function symbolsZip(files: Iterable<StoreFile>, date: Date): Promise<Blob> {
  const entries = function* () {
    for (const { path, bytes } of files)
      yield { name: path, input: bytes() as Uint8Array<ArrayBuffer>, lastModified: date };
  };
  return downloadZip(entries()).blob();
}
