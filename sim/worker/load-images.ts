import imagesUrl from '../../build/images.bin?url';
import { PreparedImages } from '../images/prepared/prepared-images.js';

/** Loads the images that the build has linked. While the page is being worked on they may be out of date: it links. */
export async function loadImages(): Promise<PreparedImages | undefined> {
  if (import.meta.env.DEV) return undefined;
  const { ok, status, body } = await fetch(imagesUrl);
  if (!ok || !body) throw new Error(`The machine's images could not be loaded (${status}).`);
  const unpacked = body.pipeThrough(new DecompressionStream('deflate-raw'));
  return new PreparedImages(new Uint8Array(await new Response(unpacked).arrayBuffer()));
}
