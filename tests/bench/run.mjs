// npm run bench   measures what the project promises and writes BENCHMARKS.md. Exit code 1 when a promise is broken.
// Needs GNU time and Chromium. BENCH_FOLDER chooses the disk (default: the folder for temporary files).
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { runNode } from '../../scripts/lib/run.mjs';
import { measureCapture } from './capture.mjs';
import { measureDebugger } from './debugger.mjs';
import { measureGenerate } from './generate.mjs';
import { measureOpfs } from './opfs.mjs';
import { measurePage } from './page.mjs';
import { measureSize } from './sizes.mjs';
import { measureSymbols } from './symbols.mjs';
import { measureUi, uiPromises } from './ui.mjs';

process.chdir(fileURLToPath(new URL('../..', import.meta.url)));

const RUNS = 7;
const MIB = 1024 * 1024;
const SIZES = [
  { machine: 'classroom', runs: RUNS, bootLimit: 1500, residentLimit: 600 },
  { machine: 'workstation', runs: 3, bootLimit: 6000, residentLimit: 600 },
  { machine: 'server', runs: 1, bootLimit: 30_000, residentLimit: 1024 },
];
const MINUTE_LIMIT = 2000; // of a classroom's minute
const SELECT_LIMIT = 300; // of the pages of a workstation, 32 GiB
/** Of the debugger in Chromium on a dump of over 2 GiB, wherever it lies. */
const DEBUGGER = [
  { name: 'open', what: 'opens the dump', limit: 1000 },
  { name: 'lm', what: '`lm`', limit: 1000 },
  { name: 'k', what: '`k`', limit: 1000 },
  { name: 'walk', what: 'stacks of 1,500 threads, `.thread` and `k` for each', limit: 1500 },
  { name: 'process', what: '`!process 0 0`', limit: 300 },
];
const PLACES = { onDisk: "on the machine's disk", dropped: 'dropped on the page' };
const mibPerSecond = (speed) => `${Math.round(speed / MIB)} MiB/s`;

await runNode(['scripts/build.mjs']);
const made = await measureGenerate('dist/node/cli.js', RUNS);
const page = await measurePage(RUNS);
const opfs = await measureOpfs(3);
const ui = await measureUi();
const symbols = await measureSymbols(RUNS);
const index = new URL('../../dist/node/index.js', import.meta.url).href;
const capture = measureCapture(index, RUNS);
const debug = await measureDebugger('dist/node/cli.js', 3);
const sizes = [];
for (const size of SIZES) sizes.push({ ...size, ...(await measureSize(index, size.machine, size.runs)) });

const workstation = sizes.find(({ machine }) => machine === 'workstation');
const sizeOf = (files) => files.reduce((sum, { gzipped }) => sum + gzipped, 0);
const gzipped = sizeOf(page.files);
const beforeUse = sizeOf(page.files.filter(({ isBefore }) => isBefore));
const wholeLimit = 2 * made.copySeconds + 1.5;
const ratio = made.writeSpeed / made.copySpeed;
const opfsRatio = opfs.dumpSpeed / opfs.zeroSpeed;

/** What is promised, what was measured, and whether it holds. */
const promises = [
  {
    what: 'write phase against `cp` of the same file',
    limit: '≥ 0.85 ×',
    measured: `${ratio.toFixed(2)} × (${mibPerSecond(made.writeSpeed)}, cp ${mibPerSecond(made.copySpeed)})`,
    holds: ratio >= 0.85,
  },
  {
    what: "the same into the browser's file system, against as many zeros in pieces of 4 MiB",
    limit: '≥ 0.85 ×',
    measured: `${opfsRatio.toFixed(2)} × (${mibPerSecond(opfs.dumpSpeed)}, zeros ${mibPerSecond(opfs.zeroSpeed)})`,
    holds: opfsRatio >= 0.85,
  },
  {
    what: 'whole `generate` against 2 × `cp` + 1.5 s',
    limit: `≤ ${wholeLimit.toFixed(2)} s`,
    measured: `${made.elapsed.toFixed(2)} s (cp ${made.copySeconds.toFixed(2)} s)`,
    holds: made.elapsed <= wholeLimit,
  },
  {
    what: 'peak resident memory of `generate`',
    limit: '≤ 400 MiB',
    measured: `${Math.round(made.residentMib)} MiB`,
    holds: made.residentMib <= 400,
  },
  {
    what: 'machine stands still for its capture',
    limit: 'reported',
    measured: `${Math.round(capture.pauseMs)} ms`,
    holds: true,
  },
  {
    what: 'a minute of time while a dump is open, against one without',
    limit: '≤ +10 %',
    measured: `${(100 * capture.overhead).toFixed(1)} %`,
    holds: capture.overhead <= 0.1,
  },
  {
    what: 'machine boot in Chromium, worker start included',
    limit: '≤ 1000 ms',
    measured: `${Math.round(page.bootMs)} ms`,
    holds: page.bootMs <= 1000,
  },
  {
    what: 'JavaScript and WebAssembly until the first page lists its processes, gzipped',
    limit: '≤ 200 KB',
    measured: `${(gzipped / 1000).toFixed(1)} KB`,
    holds: gzipped <= 200_000,
  },
  {
    what: 'the same until the desktop, its taskbar and Start can be used',
    limit: '≤ 150 KB',
    measured: `${(beforeUse / 1000).toFixed(1)} KB`,
    holds: beforeUse <= 150_000,
  },
  {
    what: 'from the address to a desktop that is painted and takes input',
    limit: 'reported',
    measured: `${Math.round(page.usableMs)} ms`,
    holds: true,
  },
  {
    what: 'catalogues, styles and pictures of the first page, gzipped',
    limit: 'reported',
    measured: `${(page.data / 1000).toFixed(1)} KB`,
    holds: true,
  },
  ...uiPromises(ui),
  {
    what: 'images and PDBs of the default machine in Node',
    limit: '≤ 1500 ms',
    measured: `${Math.round(symbols.nodeMs)} ms (${symbols.files} files)`,
    holds: symbols.nodeMs <= 1500,
  },
  {
    what: 'the same in Chromium, byte for byte',
    limit: '≤ 2500 ms',
    measured: `${Math.round(symbols.browserMs)} ms`,
    holds: symbols.browserMs <= 2500,
  },
  ...sizes.flatMap(({ machine, bootMs, bootLimit, residentMib, residentLimit }) => [
    {
      what: `boot of \`${machine}\` in Node`,
      limit: `≤ ${bootLimit} ms`,
      measured: `${Math.round(bootMs)} ms`,
      holds: bootMs <= bootLimit,
    },
    {
      what: `peak resident memory of \`${machine}\`, a minute after its boot`,
      limit: `≤ ${residentLimit} MiB`,
      measured: `${Math.round(residentMib)} MiB`,
      holds: residentMib <= residentLimit,
    },
  ]),
  {
    what: 'page selection of `workstation` (32 GiB), everything asked for',
    limit: `≤ ${SELECT_LIMIT} ms`,
    measured: `${Math.round(workstation.selectMs)} ms`,
    holds: workstation.selectMs <= SELECT_LIMIT,
  },
  {
    what: 'a minute of time on `classroom`',
    limit: `≤ ${MINUTE_LIMIT} ms`,
    measured: `${Math.round(sizes[0].minuteMs)} ms`,
    holds: sizes[0].minuteMs <= MINUTE_LIMIT,
  },
  ...Object.entries(PLACES).flatMap(([place, words]) =>
    DEBUGGER.map(({ name, what, limit }) => {
      const ours = debug[place][name];
      const beside = debug.engine?.[name];
      return {
        what: `debugger in Chromium, ${(debug.bytes / 1024 / MIB).toFixed(1)} GiB ${words}: ${what}`,
        limit: `≤ ${limit} ms`,
        measured: `${Math.round(ours)} ms${beside === undefined ? '' : ` (WinDbg's engine under Wine ${Math.round(beside)} ms)`}`,
        holds: ours <= limit,
      };
    }),
  ),
];

const table = promises
  .map(({ what, limit, measured, holds }) => `| ${what} | ${limit} | ${measured} | ${holds ? 'yes' : 'NO'} |`)
  .join('\n');
const files = page.files
  .map(({ name, gzipped }) => `| ${name.replace(/-[\w-]{8}\./, '.')} | ${(gzipped / 1000).toFixed(1)} KB |`)
  .join('\n');

/** What other measurements have written below, which goes on to stand there. */
const [, ...others] = readFileSync('BENCHMARKS.md', 'utf8').split(/^(?=## )/m);

writeFileSync(
  'BENCHMARKS.md',
  `# Benchmarks

Written by \`npm run bench\`: medians of ${RUNS} runs, \`generate\` and \`cp\` in turn on the same disk. Before each of these and before
each boot a GiB of memory becomes free that was just in use: virtual machines fetch free memory from their host anew, which
costs more than what is measured.

Last run: the default machine, full dump of ${Math.round(made.bytes / MIB)} MiB; ${cpus().length} × ${cpus()[0].model.trim()}, Node ${process.versions.node}, Chromium ${page.browser}.

| What | Promise | Measured | Holds |
| --- | --- | --- | --- |
${table}

| File of the first page load | Gzipped |
| --- | --- |
${files}

${others.join('')}`,
);
await runNode(['node_modules/prettier/bin/prettier.cjs', '--log-level=warn', '--write', 'BENCHMARKS.md']);

for (const { what, limit, measured, holds } of promises) {
  console.log(`${holds ? 'holds ' : 'BROKEN'}  ${what}: ${measured}, promised ${limit}`);
}
process.exitCode = promises.every(({ holds }) => holds) ? 0 : 1;
