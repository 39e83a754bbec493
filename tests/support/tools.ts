import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from 'vitest';

/** Where Debian keeps programs that it does not put on the PATH. */
const MORE_FOLDERS = ['/usr/lib/wine'];

const folders = (): string[] => [
  ...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean),
  ...MORE_FOLDERS,
];

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * Path of a program: `llvm-pdbutil`, else its newest numbered version such as `llvm-pdbutil-14`.
 * `undefined` when there is none.
 */
export function findTool(name: string): string | undefined {
  for (const folder of folders()) {
    const path = join(folder, name);
    if (isProgram(path)) return path;
  }
  const numbered = folders()
    .flatMap((folder) => namesIn(folder).map((file) => ({ folder, file })))
    .filter(({ file }) => file.startsWith(`${name}-`) && /^\d+$/.test(file.slice(name.length + 1)))
    .sort((a, b) => Number(b.file.slice(name.length + 1)) - Number(a.file.slice(name.length + 1)));
  return numbered.map(({ folder, file }) => join(folder, file)).find((path) => isProgram(path));
}

/** Something a suite judges by and this machine may lack. */
export interface Need {
  name: string;
  /** Why it is not there, or `undefined` when it is. */
  missing: string | undefined;
}

/** @returns the need of a program on this machine, with its path (empty when missing) */
export function tool(name: string): Need & { path: string } {
  const path = findTool(name);
  return { name, path: path ?? '', missing: path ? undefined : `${name} is not installed` };
}

/**
 * `describe` for a suite that cannot judge without the given things. When one is missing, the suite says so and is
 * skipped; where CI is set it fails instead, because a judge that silently stays at home would pass everything.
 */
export function describeWith(needs: Need[], title: string, body: () => void): void {
  const reasons = needs.flatMap((need) => (need.missing ? [need.missing] : []));
  if (reasons.length === 0) {
    describe(title, body);
    return;
  }
  const reason = reasons.join('; ');
  describe(title, () => {
    if (process.env['CI']) {
      it('has its judge', () => {
        throw new Error(reason);
      });
    } else {
      console.warn(`SKIPPED ${title}: ${reason}`);
      it.skip(`skipped: ${reason}`, () => {});
    }
  });
}

/** {@link describeWith} for programs: the body gets their paths in the same order. */
export function describeWithTool(
  names: string | string[],
  title: string,
  body: (...paths: string[]) => void,
): void {
  const tools = [names].flat().map(tool);
  describeWith(tools, title, () => body(...tools.map(({ path }) => path)));
}
