import data from '../catalogue/accounts.json';
import type { StagedProcess } from '../stage.js';

const PACKAGED = new RegExp(data.appContainer.pathPattern);
const SYSTEM_PUBLISHER = 'cw5n1h2txyewy';

/** Whether a process runs a packaged program, by where its file lies. */
export function isPackaged({ program }: StagedProcess): boolean {
  return PACKAGED.test(program.path);
}

/** Family name of the package whose program lies at `path`; empty for what is in none. */
export function packageOf(path: string): string {
  return PACKAGED.test(path) ? familyOf(path) : '';
}

/** `Microsoft.Windows.Search_cw5n1h2txyewy`: the family name of the package in whose folder a program lies. */
export function familyOf(path: string): string {
  const folder = path.split('\\').at(-2)!;
  const [name, ...rest] = folder.split('_');
  return rest.length > 0 ? `${name}_${rest.at(-1)}` : `${folder}_${SYSTEM_PUBLISHER}`;
}
