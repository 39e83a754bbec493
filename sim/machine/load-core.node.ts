import { readFileSync } from 'node:fs';

let compiled: Promise<WebAssembly.Module> | undefined;

/** The core as the build left it: beside the bundled code, or, when the sources themselves run, in the build folder. */
const PLACES = ['./core.wasm', '../../build/core/release.wasm'];

/**
 * Compiles the core once for all machines of this process. It is under way on other threads when this returns.
 * @throws Error when the core has not been built
 */
export function loadCore(): Promise<WebAssembly.Module> {
  compiled ??= WebAssembly.compile(readCore());
  return compiled;
}

function readCore(): Uint8Array<ArrayBuffer> {
  for (const place of PLACES) {
    try {
      return readFileSync(new URL(place, import.meta.url));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new Error('The core is missing. Build it with "npm run build".');
}
