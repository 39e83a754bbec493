import { execFileSync } from 'node:child_process';
import { median } from './measure.mjs';

const SCRIPT = `
  const { createMachine } = await import(process.argv[1]);
  const now = () => Number(process.hrtime.bigint()) / 1e6;
  const start = now();
  const machine = await createMachine({ machine: process.argv[2] });
  const booted = now();
  machine.advance(60_000);
  console.log(JSON.stringify({
    bootMs: booted - start,
    minuteMs: now() - booted,
    residentMib: process.resourceUsage().maxRSS / 1024,
  }));
`;

/** Boots a machine of a size in Node, `runs` times, each in a process of its own, and lets a minute pass on it. */
export function measureSize(index, machine, runs) {
  const measured = Array.from({ length: runs }, () =>
    JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '-e', SCRIPT, index, machine], {
        encoding: 'utf8',
      }),
    ),
  );
  const middle = (key) => median(measured.map((run) => run[key]));
  return { bootMs: middle('bootMs'), minuteMs: middle('minuteMs'), residentMib: middle('residentMib') };
}
