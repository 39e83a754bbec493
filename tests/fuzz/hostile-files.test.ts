import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BufferSource, FileError, Session, Shell } from '../../sim/debugger/index.js';
import { PdbFile } from '../../sim/debugger/pdb/pdb-file.js';
import { crashDump } from '../support/crash-dump.js';
import { summaryDump } from '../support/summary-dump.js';
import { triageDump } from '../support/triage-dump.js';
import { generateDump, type GeneratedDump } from '../support/generated-dump.js';
import { mutated, randomNumbers } from './mutations.js';

/** Mutants of each kind of file: few in the suite, many with FUZZ_MUTANTS (`npm run fuzz`). */
const MUTANTS = Number(process.env['FUZZ_MUTANTS'] ?? 150);
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
/** Of processor time: what else a computer does is not the debugger's fault. */
const LONGEST_MS = 1000;
/** What the debugger asks of each mutant that opens. */
const COMMANDS =
  'lm; r; k; ~1s; kv; dt nt!_EPROCESS @$proc; x nt!Ps*; dps @rsp; u; ln @rip; lmv m nt; .dumpdebug; dx 1';
/** Of processes, besides. */
const PROCESS_COMMANDS = ['~', '~*', '.ecxr', '.exr -1', '!handle', '!address', '!peb', '.ttime', '~*k'];
const HEADER_BYTES = 0x3000;

let dump: GeneratedDump;
let bytes: Uint8Array;
let pdb: Uint8Array;
let summary: Uint8Array;
const minidump = crashDump().bytes;
const triage = triageDump().bytes;

beforeAll(() => {
  dump = generateDump(['--machine', 'tiny', '--kind', 'stacks']);
  bytes = new Uint8Array(readFileSync(dump.dump));
  summary = summaryDump(bytes);
  const folder = join(dump.symbols, 'ntkrnlmp.pdb');
  pdb = new Uint8Array(readFileSync(join(folder, readdirSync(folder)[0]!, 'ntkrnlmp.pdb')));
});
afterAll(() => dump?.remove());
// What JavaScript takes to compile the debugger is no mutant's time.
beforeAll(() => [bytes, summary, triage, minidump].forEach(openDump));

/** Runs something that may refuse the file, but neither crash nor take long. */
function survives(what: () => void, seed: number): void {
  const start = process.cpuUsage();
  try {
    what();
  } catch (error) {
    if (!(error instanceof FileError))
      throw new Error(`Mutant ${seed}: ${(error as Error).stack}`, { cause: error });
  }
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1000, `mutant ${seed}`).toBeLessThan(LONGEST_MS);
}

describe('hostile files', () => {
  it('dumps: their headers', () => {
    for (let i = 0; i < MUTANTS; i++)
      survives(() => openDump(mutated(bytes, randomNumbers(SEED + i), HEADER_BYTES)), SEED + i);
  });

  it('dumps: their memory', () => {
    for (let i = 0; i < MUTANTS; i++)
      survives(() => openDump(mutated(bytes, randomNumbers(SEED + i))), SEED + i);
  });

  it('summary dumps: their headers', () => {
    for (let i = 0; i < MUTANTS; i++)
      survives(() => openDump(mutated(summary, randomNumbers(SEED + i), HEADER_BYTES)), SEED + i);
  });

  it('small kernel dumps', () => {
    for (let i = 0; i < MUTANTS; i++) {
      const random = randomNumbers(SEED + i);
      // Half of them where the places of everything are told.
      const mutant = i % 2 === 0 ? mutated(triage, random) : withPlacesMutated(random);
      survives(() => openDump(mutant), SEED + i);
    }
  });

  it('minidumps of processes', () => {
    for (let i = 0; i < MUTANTS; i++)
      survives(() => openDump(mutated(minidump, randomNumbers(SEED + i), minidump.length)), SEED + i);
  });

  it('PDBs', () => {
    for (let i = 0; i < MUTANTS; i++)
      survives(() => readPdb(mutated(pdb, randomNumbers(SEED + i))), SEED + i);
  });
});

const PLACES = { from: 0x2000, to: 0x2080 };

function withPlacesMutated(random: (below: number) => number): Uint8Array {
  const copy = triage.slice();
  copy.set(mutated(copy.slice(PLACES.from, PLACES.to), random), PLACES.from);
  return copy;
}

function openDump(mutant: Uint8Array): void {
  const symbols = { description: '', find: () => ({ path: 'a.pdb', file: new BufferSource(pdb) }) };
  const shell = new Shell(new Session(new BufferSource(mutant), { path: 'a.dmp', symbols }));
  shell.execute(COMMANDS);
  if (shell.session.user) for (const command of PROCESS_COMMANDS) shell.execute(command);
}

function readPdb(mutant: Uint8Array): void {
  const file = new PdbFile(new BufferSource(mutant));
  file.symbols();
  for (const name of file.types.names) {
    const type = file.types.find(name);
    if (type?.kind === 'struct') void type.fields.length;
  }
}
