import type { ModuleSpec } from '../images/index.js';
import { findProgram, type Scenario } from '../scenarios/scenario.js';

const IMAGE_BASE = '0x140000000';

/** Specifications of the images of a scenario's programs: a start that waits, and nothing of anybody else's code. */
export function programSpecs(scenario: Scenario): ModuleSpec[] {
  const paths = new Set(scenario.processes.map(({ program }) => findProgram(program).path));
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
