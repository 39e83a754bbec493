import { execFile } from 'node:child_process';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** While the page is being worked on: compiles the core again when its sources change, and reloads the page. */
export function core(): Plugin {
  let running = false;
  let again = false;
  return {
    name: 'livedump-core',
    apply: 'serve',
    configureServer(server) {
      const compile = () => {
        again = running;
        if (running) return;
        running = true;
        execFile(process.execPath, ['scripts/build.mjs', 'core'], { cwd: root }, (error, stdout, stderr) => {
          running = false;
          if (again) compile();
          else if (error) server.config.logger.error(stdout + stderr);
          else server.ws.send({ type: 'full-reload' });
        });
      };
      const sources = `${root}assembly${sep}`;
      server.watcher.add(sources);
      server.watcher.on('all', (_event, path) => {
        if (path.startsWith(sources) && !path.startsWith(`${sources}generated${sep}`)) compile();
      });
    },
  };
}
