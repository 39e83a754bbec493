// Entry of the bundle that makes every dump in a browser.
import { createSHA256 } from 'hash-wasm';
import type { SizeName } from '../../sim/machine/size.js';
import { hashEveryDump } from './every-dump.js';

/** {@link hashEveryDump} with the core's bytes, in base64. */
export async function hashInBrowser(
  core: string,
  machine: SizeName,
  seed: number,
): Promise<Record<string, string>> {
  const bytes = Uint8Array.from(atob(core), (character) => character.charCodeAt(0));
  return hashEveryDump(await WebAssembly.compile(bytes), machine, seed, createSHA256);
}
