// What a boot needs beside its code, asked for while that code is still on its way. Whoever waits for it hears when it did not come.
import catalogues from 'virtual:catalogues';
import coreUrl from '../../build/core/page.wasm?url';
import imagesUrl from '../../build/images.bin?url';

let asked: { core: Promise<WebAssembly.Module>; images: Promise<Uint8Array | undefined> } | undefined;

/**
 * Asks for the files, the first time.
 * @returns the core, compiled as it streams in, and the images that the build has linked, unpacked. While the page is being
 *   worked on they may be out of date: it links
 */
export function firstFiles(): NonNullable<typeof asked> {
  if (asked) return asked;
  catalogues();
  const core = WebAssembly.compileStreaming(fetch(coreUrl));
  const images = import.meta.env.DEV ? Promise.resolve(undefined) : unpacked(imagesUrl);
  for (const loading of [core, images]) loading.catch(() => undefined);
  return (asked = { core, images });
}

async function unpacked(url: string): Promise<Uint8Array> {
  const { ok, status, body } = await fetch(url);
  if (!ok || !body) throw new Error(`The machine's images could not be loaded (${status}).`);
  const stream = body.pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
