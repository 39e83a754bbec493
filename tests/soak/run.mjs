// npm run soak   writes the largest machine's dump with user pages, 20 GiB, in Node and into Chromium's private file
// system, and puts what it measured into BENCHMARKS.md. Exit code 1 when a promise is broken.
// Needs Linux, Chromium and room for the dump. BENCH_FOLDER chooses the disk (default: the folder for temporary files).
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { runNode } from '../../scripts/lib/run.mjs';
import { measureLargeDump } from './large-dump.mjs';

process.chdir(fileURLToPath(new URL('../..', import.meta.url)));

const MACHINE = 'server';
const [MIB, GIB] = [2 ** 20, 2 ** 30];
const MOST_RESIDENT = GIB;
const SECTION = '## Soak';

await runNode(['scripts/build.mjs']);
const { node, browser } = await measureLargeDump(MACHINE);

const resident = ({ residentBytes }) => ({
  limit: `≤ ${MOST_RESIDENT / MIB} MiB`,
  measured: `${Math.round(residentBytes / MIB)} MiB`,
  holds: residentBytes <= MOST_RESIDENT,
});
const time = ({ seconds, bytes }) => ({
  limit: 'reported',
  measured: `${Math.round(seconds)} s (${Math.round(bytes / MIB / seconds)} MiB/s)`,
  holds: true,
});
const promises = [
  {
    what: 'bytes of the dump',
    limit: '> 4 GiB',
    measured: `${(node.bytes / GIB).toFixed(2)} GiB`,
    holds: node.bytes > 4 * GIB && browser.bytes === node.bytes,
  },
  {
    what: 'SHA-256 in Node and in Chromium',
    limit: 'the same',
    measured: node.sha256 === browser.sha256 ? `\`${node.sha256.slice(0, 16)}…\`` : 'different',
    holds: node.sha256 === browser.sha256,
  },
  { what: 'boot and dump to a file in Node', ...time(node) },
  { what: 'peak resident memory of Node', ...resident(node) },
  { what: "boot and dump into Chromium's private file system", ...time(browser) },
  { what: "peak resident memory of the page's process, its workers included", ...resident(browser) },
];

const rows = promises.map(
  ({ what, limit, measured, holds }) => `| ${what} | ${limit} | ${measured} | ${holds ? 'yes' : 'NO'} |`,
);
const before = readFileSync('BENCHMARKS.md', 'utf8').split(`${SECTION}\n`)[0].trimEnd();
writeFileSync(
  'BENCHMARKS.md',
  `${before}

${SECTION}

Written by \`npm run soak\`: \`${MACHINE}\` (512 GiB) with user pages, once; ${cpus().length} × ${cpus()[0].model.trim()}, Node ${process.versions.node}.

| What | Promise | Measured | Holds |
| --- | --- | --- | --- |
${rows.join('\n')}
`,
);
await runNode(['node_modules/prettier/bin/prettier.cjs', '--log-level=warn', '--write', 'BENCHMARKS.md']);

for (const { what, limit, measured, holds } of promises)
  console.log(`${holds ? 'holds ' : 'BROKEN'}  ${what}: ${measured}, promised ${limit}`);
process.exitCode = promises.every(({ holds }) => holds) ? 0 : 1;
