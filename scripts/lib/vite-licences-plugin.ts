import { readFileSync, readdirSync } from 'node:fs';
import type { Plugin } from 'vite';
import libraries from '../../web/about/libraries.json' with { type: 'json' };

/** The licence that a package brings along. @throws Error when it has none */
function licenceOf(name: string): string {
  const folder = `node_modules/${name}`;
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} has no licence file`);
  return readFileSync(`${folder}/${file}`, 'utf8').trim();
}

/** Puts `licences.txt` beside the page: its own licence and those of the libraries in it. */
export function licences(): Plugin {
  return {
    name: 'licences',
    apply: 'build',
    generateBundle() {
      const own = `livedump-lab\n\n${readFileSync('LICENSE', 'utf8').trim()}`;
      const others = libraries.map(({ name }) => `${name}\n\n${licenceOf(name)}`);
      const source = [own, ...others].join(`\n\n${'-'.repeat(80)}\n\n`);
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source: `${source}\n` });
    },
  };
}
