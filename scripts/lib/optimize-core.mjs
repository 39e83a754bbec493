import { readFileSync, writeFileSync } from 'node:fs';
import binaryen from 'assemblyscript/binaryen';

/** What only Node offers: the check, which is a fifth of the core. */
const NOT_IN_THE_PAGE = ['checkRun'];

/**
 * Sizes, in nodes of Binaryen's tree, up to which a function's code takes the place of calls of it. The compiler's own limits
 * (12, 70, 200) make a core that is a quarter larger and no faster; with 4, 10 and 80 it is 3 % smaller, but time on the machine
 * and dumps take a quarter longer.
 */
const INLINED = { always: 6, flexible: 20, ofOneCaller: 80 };

/** What the host makes of a result (`sim/machine/core-bindings.ts`), by the type that the compiler's bindings name. */
const RESULTS = { bool: 'b', u32: 'u', usize: 'u', u64: 'U' };
const BINDING = /@returns `(\w+)`\s*\*\/\s*export function (\w+)/g;

/**
 * Optimizes the core that the compiler wrote, in its place, and writes beside it the core as the page loads it: the same code
 * but for what nothing there calls.
 */
export function optimizeCore(core, bindings, pageCore) {
  const results = new Map(
    [...readFileSync(bindings, 'utf8').matchAll(BINDING)].map(([, type, name]) => [name, type]),
  );
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  binaryen.setAlwaysInlineMaxSize(INLINED.always);
  binaryen.setFlexibleInlineMaxSize(INLINED.flexible);
  binaryen.setOneCallerInlineMaxSize(INLINED.ofOneCaller);
  // As the compiler makes it: memory comes zeroed, and `memoryBase` keeps everything above the first KiB.
  binaryen.setZeroFilledMemory(true);
  binaryen.setLowMemoryUnused(true);
  const module = binaryen.readBinary(readFileSync(core));
  module.setFeatures(binaryen.Features.All);
  module.optimize();
  writeFileSync(core, withResults(module.emitBinary(), results));
  for (const name of NOT_IN_THE_PAGE) module.removeExport(name);
  module.runPasses(['remove-unused-module-elements']);
  writeFileSync(pageCore, withResults(module.emitBinary(), results));
  module.dispose();
}

/** The module with a section that has a letter for the result of each export, in their order. */
function withResults(binary, results) {
  const exported = WebAssembly.Module.exports(new WebAssembly.Module(binary));
  const letters = exported.map(({ name }) => RESULTS[results.get(name)] ?? '-').join('');
  const module = binaryen.readBinary(binary);
  module.addCustomSection('results', Buffer.from(letters));
  const whole = module.emitBinary();
  module.dispose();
  return whole;
}
