import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import libraries from '../../../web/about/libraries.json' with { type: 'json' };

/** Tools of the command line, which are in no page. */
const NOT_IN_THE_PAGE = ['commander'];

test('About names every library that the page may contain, with the licence that its package states', () => {
  const sources = ['web', 'sim'].flatMap((folder) =>
    readdirSync(folder, { encoding: 'utf8', recursive: true }).map((file) => `${folder}/${file}`),
  );
  const imports = sources
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/(?:from|import\() ?'((?:@[^/']+\/)?[a-z][^/']*)/g)].map(
        ([, name]) => name!,
      ),
    );
  const wanted = new Set(imports.filter((name) => !name.includes(':') && !NOT_IN_THE_PAGE.includes(name)));
  expect(libraries.map(({ name }) => name)).toEqual([...wanted].sort());
  for (const { name, licence } of libraries) {
    const { license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as {
      license: string;
    };
    expect(licence).toBe(license);
  }
});
