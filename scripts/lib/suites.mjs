import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { relative } from 'node:path';

/** What one suite came to. `failed` holds what failed, `skipped` the titles of tests that could not judge. */
const result = (name, passed, failed, ms, skipped = []) => ({ name, passed, failed, ms, skipped });

const now = () => Number(process.hrtime.bigint() / 1_000_000n);

/** Exit code of a Node program; with `quiet` its output is kept and shown only when it fails. */
function exitCode(args, quiet) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    });
    const output = [];
    child.stdout?.on('data', (bytes) => output.push(bytes));
    child.stderr?.on('data', (bytes) => output.push(bytes));
    child.on('close', (code) => {
      if (quiet && code !== 0) process.stdout.write(Buffer.concat(output));
      resolve(code ?? 1);
    });
  });
}

/** A suite of one test: every command exits with 0. */
export async function commands(name, list) {
  const started = now();
  for (const args of list) {
    if ((await exitCode(args, true)) !== 0) {
      console.log(`${name} failed: ${args.join(' ')}`);
      return result(name, 0, [args.join(' ')], now() - started);
    }
  }
  return result(name, 1, [], now() - started);
}

/** A suite that could not even start: one failed test. */
export function notRun(name) {
  console.log(`${name} not run: the build failed`);
  return result(name, 0, ['not run: the build failed'], 0);
}

/** Sums a report of vitest. A file that could not even be loaded is one failed test. */
function sum(report) {
  let passed = 0;
  const failed = [];
  const skipped = [];
  for (const file of report.testResults) {
    const path = relative('.', file.name);
    if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'))
      failed.push(path);
    for (const test of file.assertionResults) {
      if (test.status === 'passed') passed++;
      else if (test.status === 'failed') failed.push(`${path}: ${test.fullName}`);
      else skipped.push(test.fullName);
    }
  }
  return { passed, failed, skipped };
}

/** Projects of vitest.config.ts; the suite has the name of the first. */
export async function vitest([name, ...others], filters = []) {
  const started = now();
  const file = `build/test-results/${name}.json`;
  mkdirSync('build/test-results', { recursive: true });
  rmSync(file, { force: true });
  const code = await exitCode([
    'node_modules/vitest/vitest.mjs',
    'run',
    ...[name, ...others].map((project) => `--project=${project}`),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    ...filters,
  ]);
  const { passed, failed, skipped } = existsSync(file)
    ? sum(JSON.parse(readFileSync(file, 'utf8')))
    : { passed: 0, failed: ['vitest wrote no report'], skipped: [] };
  if (code !== 0 && failed.length === 0) failed.push('an error outside any test');
  return result(name, passed, failed, now() - started, skipped);
}
