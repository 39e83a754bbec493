import { defineConfig } from 'vite';
import { core } from './scripts/lib/vite-core-plugin.js';
import { licences } from './scripts/lib/vite-licences-plugin.js';
import { data } from './scripts/lib/vite-data-plugin.js';
import { offline } from './scripts/lib/vite-offline-plugin.js';
import { iced } from './scripts/lib/vite-iced-plugin.js';

// The page. The Node side is built by scripts/lib/node-side.mjs.
export default defineConfig({
  root: 'web',
  // Relative, so that the page also works from a folder of a static host.
  base: './',
  publicDir: '../public',
  plugins: [core(), iced(), licences(), offline()],
  // The core and the simulation are siblings of the page's root.
  server: { fs: { allow: ['..'] } },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // An inlined module could not be compiled while it streams in.
    assetsInlineLimit: (file) => (file.endsWith('.wasm') ? false : undefined),
  },
  worker: { format: 'es', plugins: () => [data(), iced()] },
});
