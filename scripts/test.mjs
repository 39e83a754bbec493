// npm test [-- SUITE... [PATH...]]   runs build, lint, types, unit, oracles and e2e, or the suites named; a path narrows
// the Vitest suites. Installs what it lacks first. What cannot be had is skipped and says so; where CI is set that is
// a failure. The last line is always `N passed, N failed`.
import { fileURLToPath } from 'node:url';
import { installDependencies } from './lib/install.mjs';
import { fetchJudges } from './lib/judges.mjs';
import { commands, notRun, vitest } from './lib/suites.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const TSC = 'node_modules/typescript/bin/tsc';
const paths = [];

/** What must be built for a suite; lint needs nothing, but the core's generated sources must be there to be checked. */
const BUILT = {
  lint: ['core'],
  types: ['core'],
  unit: ['node'],
  oracles: ['node', 'page'],
  e2e: ['page'],
};

/** Suites that judge what was built. */
const BUILT_ON_PRODUCT = ['oracles', 'e2e'];

function build(names) {
  const steps = names.includes('build') ? [] : [...new Set(names.flatMap((name) => BUILT[name]))];
  return commands('build', [['scripts/build.mjs', ...steps]]);
}

const SUITES = {
  build,
  lint: () =>
    commands('lint', [
      ['node_modules/eslint/bin/eslint.js', '.'],
      ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'],
    ]),
  types: () =>
    commands('types', [
      [TSC, '--noEmit'],
      [TSC, '--noEmit', '-p', 'assembly'],
    ]),
  unit: () => vitest(['unit', 'fuzz'], paths),
  oracles: () => vitest(['oracles'], paths),
  e2e: () => vitest(['e2e'], paths),
};

function chosen() {
  const words = process.argv.slice(2);
  const named = words.filter((word) => word in SUITES);
  const other = words.filter((word) => !(word in SUITES));
  const unknown = other.filter((word) => !word.startsWith('tests/'));
  if (unknown.length > 0) {
    throw new Error(`No such suite: ${unknown.join(', ')}. Suites: ${Object.keys(SUITES).join(', ')}.`);
  }
  paths.push(...other);
  return named.length > 0 ? named : Object.keys(SUITES);
}

/** A broken build still lets the sources be judged. Lint and types are quiet and share the unit tests' time. */
async function runAll(names) {
  const built = await build(names);
  const broken = built.failed.length > 0;
  const results = broken || names.includes('build') ? [built] : [];
  for (const together of [['lint', 'types', 'unit'], ['oracles'], ['e2e']]) {
    const wanted = names.filter((name) => together.includes(name));
    const run = (name) => (broken && BUILT_ON_PRODUCT.includes(name) ? notRun(name) : SUITES[name]());
    results.push(...(await Promise.all(wanted.map(run))));
  }
  return results;
}

function report(results, lacking) {
  const row = (...cells) => cells.map((cell, i) => (i ? `${cell}`.padStart(9) : cell.padEnd(10))).join('');
  console.log(`\n${row('suite', 'passed', 'failed', 'skipped', 'seconds')}`);
  for (const { name, passed, failed, skipped, ms } of results) {
    console.log(row(name, passed, failed.length, skipped.length, (ms / 1000).toFixed(1)));
  }
  for (const { name, failed } of results) {
    for (const what of failed) console.log(`FAILED   ${name}: ${what}`);
  }
  for (const reason of lacking) console.log(`LACKING  ${reason}`);
  for (const { name, skipped } of results) {
    for (const title of skipped) console.log(`SKIPPED  ${name}: ${title}`);
  }
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const count = (key) => results.reduce((sum, result) => sum + result[key].length, 0);
  const failed = count('failed') + (process.env.CI ? count('skipped') + lacking.length : 0);
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed;
}

try {
  const names = chosen();
  await installDependencies();
  const lacking = await fetchJudges(names);
  const failed = report(await runAll(names), lacking);
  process.exitCode = failed > 0 ? 1 : 0;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
}
