// npm test [-- SUITE... [PATH...]]   runs build, lint, types, unit, oracles and e2e, or the suites named; a path narrows
// the Vitest suites. Installs what it lacks first. What cannot be had is skipped and says so; where CI is set that is
// a failure. The last line is always `N passed, N failed`.
import { fileURLToPath } from 'node:url';
import { installDependencies } from './lib/install.mjs';
import { fetchJudges } from './lib/judges.mjs';
import { commands, vitest } from './lib/suites.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const TSC = 'node_modules/typescript/bin/tsc';
const paths = [];

/** What must be built for a suite; lint needs nothing, but the core's generated sources must be there to be checked. */
const BUILT = { lint: 'core', types: 'core', unit: 'node', oracles: 'node', e2e: 'page' };

function build(names) {
  const steps = names.includes('build') ? [] : [...new Set(names.map((name) => BUILT[name]))];
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
  unit: () => vitest('unit', paths),
  oracles: () => vitest('oracles', paths),
  e2e: () => vitest('e2e', paths),
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

/** Everything stands on the build; lint and types are quiet and share the time of the unit tests. */
async function runAll(names) {
  const run = (wanted) => names.filter((name) => wanted.includes(name)).map((name) => SUITES[name]());
  const built = await build(names);
  if (built.failed > 0) return [built];
  return [
    ...(names.includes('build') ? [built] : []),
    ...(await Promise.all(run(['lint', 'types', 'unit']))),
    ...(await Promise.all(run(['oracles']))),
    ...(await Promise.all(run(['e2e']))),
  ];
}

function report(results, lacking) {
  const row = (...cells) => cells.map((cell, i) => (i ? `${cell}`.padStart(9) : cell.padEnd(10))).join('');
  console.log(`\n${row('suite', 'passed', 'failed', 'skipped', 'seconds')}`);
  for (const { name, passed, failed, skipped, ms } of results) {
    console.log(row(name, passed, failed, skipped.length, (ms / 1000).toFixed(1)));
  }
  for (const reason of lacking) console.log(`LACKING  ${reason}`);
  for (const { name, skipped } of results) {
    for (const title of skipped) console.log(`SKIPPED  ${name}: ${title}`);
  }
  const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
  const skippedTests = results.reduce((sum, { skipped }) => sum + skipped.length, 0);
  const failed = total('failed') + (process.env.CI ? skippedTests + lacking.length : 0);
  console.log(`\n${total('passed')} passed, ${failed} failed`);
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
