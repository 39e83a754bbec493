import { execFileSync } from 'node:child_process';
import { median } from './measure.mjs';
import { warmMemory } from './warm-memory.mjs';

const SCRIPT = `
  const { createMachine } = await import(process.argv[1]);
  const now = () => Number(process.hrtime.bigint()) / 1e6;
  const start = now();
  const machine = await createMachine({ machine: process.argv[2] });
  const booted = now();
  machine.advance(60_000);
  const passed = now();
  const { exports } = machine.kernel.core;
  const selections = Array.from({ length: 5 }, () => {
    const before = now();
    exports.dumpSelect(0x7fffffff, 0xffffffff); // every class of page, no budget
    return now() - before;
  });
  console.log(JSON.stringify({
    bootMs: booted - start,
    minuteMs: passed - booted,
    selectMs: selections.sort((a, b) => a - b)[2],
    residentMib: process.resourceUsage().maxRSS / 1024,
  }));
`;

/** Boots a machine of a size in Node, `runs` times, each in a process of its own, lets a minute pass on it, and selects all pages for a dump. */
export async function measureSize(index, machine, runs) {
  const measured = [];
  while (measured.length < runs) {
    await (
      await warmMemory(0)
    ).freed;
    const args = ['--input-type=module', '-e', SCRIPT, index, machine];
    measured.push(JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })));
  }
  const middle = (key) => median(measured.map((run) => run[key]));
  return {
    bootMs: middle('bootMs'),
    minuteMs: middle('minuteMs'),
    selectMs: middle('selectMs'),
    residentMib: middle('residentMib'),
  };
}
