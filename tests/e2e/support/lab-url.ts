import { preview, type PreviewServer } from 'vite';
import { afterAll, beforeAll } from 'vitest';

/**
 * Gives a test file the address of the built page: `LAB_URL` when the caller already serves it, else a server of
 * its own over `dist/web` on a free port.
 */
export function useLabUrl(): () => string {
  let url = process.env.LAB_URL ?? '';
  let server: PreviewServer | undefined;
  beforeAll(async () => {
    if (url) return;
    server = await preview({
      configFile: 'vite.config.ts',
      preview: { port: 0, host: '127.0.0.1' },
      logLevel: 'warn',
    });
    const address = server.httpServer.address();
    if (address === null || typeof address === 'string') throw new Error('The preview server has no port');
    url = `http://127.0.0.1:${address.port}/`;
  });
  afterAll(() => server?.close());
  return () => url;
}
