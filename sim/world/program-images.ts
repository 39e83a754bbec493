import type { ModuleSpec } from '../images/index.js';
import type { Population } from './population.js';
import { findProgram } from './programs.js';

const IMAGE_BASE = '0x140000000';

/** Specifications of the images of a population's programs: a start that waits, and nothing of anybody else's code. */
export function programSpecs(population: Population): ModuleSpec[] {
  const paths = new Set(population.map(({ program }) => findProgram(program).path));
  return [...paths].filter((path) => path.includes('\\')).map(programSpec);
}

function programSpec(path: string): ModuleSpec {
  const file = path.slice(path.lastIndexOf('\\') + 1);
  const module = file.replace(/\.exe$/i, '');
  return {
    module,
    file,
    path,
    pdb: `${module}.pdb`,
    description: `Stands in for ${file}`,
    kind: 'program',
    imageBase: IMAGE_BASE,
    entryPoint: 'mainCRTStartup',
    functions: [
      { name: 'mainCRTStartup', calls: [{ to: 'main' }] },
      { name: 'main', calls: [{ to: 'ntdll!NtWaitForSingleObject', via: 'import' }] },
    ],
    globals: [{ name: 'mainEvent', size: 8, type: 'void*' }],
  };
}
