// npm start [-- --dev]   installs, builds and serves the page until Ctrl+C. PORT chooses the port (default: the first
// free one from 4173 on). --dev serves the sources instead, and compiles the core again when it changes.
import { fileURLToPath } from 'node:url';
import { installDependencies } from './lib/install.mjs';
import { runNode } from './lib/run.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const DEFAULT_PORT = 4173;
const dev = process.argv.includes('--dev');

/** @returns the port to listen on, and whether it must be that one */
function wantedPort() {
  const asked = process.env.PORT;
  if (!asked) return { port: DEFAULT_PORT, strictPort: false };
  const port = Number(asked);
  if (Number.isInteger(port) && port > 0 && port < 65536) return { port, strictPort: true };
  throw new Error(`PORT must be a number from 1 to 65535, not "${asked}".`);
}

async function serve() {
  const listen = wantedPort();
  const { createServer, preview } = await import('vite');
  const options = { configFile: 'vite.config.ts', logLevel: 'warn' };
  const server = dev
    ? await (await createServer({ ...options, server: listen })).listen()
    : await preview({ ...options, preview: listen });
  const { port } = server.httpServer.address();
  console.log(`\n  livedump-lab is at http://localhost:${port}/   (Ctrl+C stops it)\n`);
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0));

try {
  wantedPort();
  await installDependencies();
  await runNode(['scripts/build.mjs', ...(dev ? ['core'] : ['page', 'node'])]);
  await serve();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
