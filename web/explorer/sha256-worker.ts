// Entry of the worker that makes a file's SHA-256.
import { expose } from 'comlink';
import { createSHA256 } from 'hash-wasm';

const PIECE = 4 * 1024 * 1024;

/** The digest of a file in hexadecimal. @throws DOMException when the file cannot be read any more */
async function sha256(file: Blob): Promise<string> {
  const hash = await createSHA256();
  for (let at = 0; at < file.size; at += PIECE)
    hash.update(new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer()));
  return hash.digest('hex');
}

expose(sha256);
