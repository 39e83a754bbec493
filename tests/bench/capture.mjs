import { execFileSync } from 'node:child_process';
import { median } from './measure.mjs';

/** A dump is open, or not, while a minute passes: pairs of machines of their own, so that both begin alike. */
const SCRIPT = `
  const { createMachine } = await import(process.argv[1]);
  const now = () => Number(process.hrtime.bigint()) / 1e6;
  const isOpen = process.argv[2] === 'open';
  const machine = await createMachine();
  machine.advance(1000);
  let pauseMs = 0;
  if (isOpen) {
    const start = now();
    machine.capture();
    pauseMs = now() - start;
  }
  const start = now();
  for (let second = 0; second < 60; second++) machine.advance(1000);
  console.log(JSON.stringify({ pauseMs, minuteMs: now() - start }));
`;

function once(index, state) {
  const args = ['--input-type=module', '-e', SCRIPT, index, state];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

/** @returns how long a classroom stands still for a full dump, and how much slower it goes on while that is written */
export function measureCapture(index, runs) {
  const rounds = Array.from({ length: runs }, () => ({
    open: once(index, 'open'),
    closed: once(index, 'closed'),
  }));
  return {
    pauseMs: median(rounds.map(({ open }) => open.pauseMs)),
    overhead: median(rounds.map(({ open, closed }) => open.minuteMs / closed.minuteMs)) - 1,
  };
}
