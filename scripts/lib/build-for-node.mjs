import { build } from 'vite';

/** Bundles sources to a folder for Node, as `rolldownOptions` say. */
export async function buildForNode(outDir, rolldownOptions) {
  await build({
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    ssr: { target: 'node' },
    build: { ssr: true, outDir, emptyOutDir: true, target: 'node20', rolldownOptions },
  });
}
