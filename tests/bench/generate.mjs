import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, seconds } from './measure.mjs';
import { warmMemory } from './warm-memory.mjs';

/** Less than a boot takes: the memory becomes free shortly before the dump is written. */
const BEFORE_WRITING = 900; // ms

const GENERATE = ['generate', '--scenario', 'baseline', '--seed', '1', '--kind', 'full', '--json'];

function run(program, args) {
  const { status, error, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (error || status !== 0) throw new Error(`${program}: ${error?.message ?? stderr}`);
  return { stdout, stderr };
}

/** One `generate` under GNU time. @returns bytes, bytes a second of the write phase, wall time, peak resident KiB */
function generateOnce(cli, dump) {
  const args = ['-f', '%M', process.execPath, cli, ...GENERATE, '--out', dump];
  const { stdout, stderr, elapsed } = seconds(() => run('/usr/bin/time', args));
  const report = JSON.parse(stdout.trim().split('\n').at(-1));
  return {
    bytes: statSync(dump).size,
    writeSpeed: report.writeBytesPerSecond,
    elapsed,
    residentKib: Number(stderr.trim().split('\n').at(-1)),
  };
}

/**
 * Generates the default machine's dump and copies it with `cp`, in turn, on the same disk.
 * @returns medians
 */
export async function measureGenerate(cli, runs) {
  const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), 'livedump-bench-'));
  try {
    const dump = join(folder, 'full.dmp');
    const copy = join(folder, 'copy.dmp');
    const rounds = [];
    while (rounds.length < runs) {
      rmSync(dump, { force: true });
      rmSync(copy, { force: true });
      // Neither pays for what the other left to be written to the disk, nor for memory.
      run('sync', []);
      await warmMemory(BEFORE_WRITING);
      const made = generateOnce(cli, dump);
      run('sync', []);
      await (
        await warmMemory(0)
      ).freed;
      const { elapsed: copySeconds } = seconds(() => run('cp', [dump, copy]));
      rounds.push({ ...made, copySeconds });
    }
    const of = (key) => median(rounds.map((round) => round[key]));
    const bytes = rounds[0].bytes;
    return {
      bytes,
      writeSpeed: of('writeSpeed'),
      copySpeed: bytes / of('copySeconds'),
      copySeconds: of('copySeconds'),
      elapsed: of('elapsed'),
      residentMib: Math.max(...rounds.map((round) => round.residentKib)) / 1024,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
