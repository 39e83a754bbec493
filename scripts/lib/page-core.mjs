import { readFileSync, writeFileSync } from 'node:fs';
import binaryen from 'assemblyscript/binaryen';

/** What only Node offers: the check, which is a fifth of the core. */
const NOT_IN_THE_PAGE = ['checkRun'];

/** Writes the core as the page loads it: the same code but for what nothing there calls. */
export function writePageCore(from, to) {
  const module = binaryen.readBinary(readFileSync(from));
  module.setFeatures(binaryen.Features.All);
  for (const name of NOT_IN_THE_PAGE) module.removeExport(name);
  module.runPasses(['remove-unused-module-elements']);
  writeFileSync(to, module.emitBinary());
  module.dispose();
}
