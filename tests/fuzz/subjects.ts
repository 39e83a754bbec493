import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BufferSource, Session, Shell, type ByteSource } from '../../sim/debugger/index.js';
import { PdbFile } from '../../sim/debugger/pdb/pdb-file.js';
import { Image } from '../../sim/debugger/pe/image.js';
import { versionResource } from '../../sim/debugger/pe/version-resource.js';
import { MemoryError } from '../../sim/debugger/memory/memory.js';
import { mapImage } from '../../sim/debugger/pe/mapped-image.js';
import { FunctionTable } from '../../sim/debugger/unwind/function-table.js';
import { readUnwindInfo } from '../../sim/debugger/unwind/unwind-info.js';
import { crashDump } from '../support/crash-dump.js';
import { generateDump, type GeneratedDump } from '../support/generated-dump.js';
import { summaryDump } from '../support/summary-dump.js';
import { triageDump } from '../support/triage-dump.js';
import { KernelFields } from './kernel-fields.js';
import { Mutant } from './mutant.js';
import { disturb, numbersIn, scatter, type Random } from './mutations.js';
import { rangeDump } from './range-dump.js';

/** A kind of hostile files: how one is made, and what is asked of it. */
export interface Subject {
  name: string;
  make(random: Random): Mutant;
  open(file: ByteSource, step: Step, random: Random): void;
}

/** Does one thing that a user waits for, within limits. */
export type Step = (label: string, what: () => void) => void;

/** What the debugger asks of each kernel dump that opens. */
const ALWAYS = ['lm', 'k'];
/** Some of these besides, by chance. */
const OFTEN = [
  'r', '!process 0 0',
  'kv', '~1s; kn', 'dt nt!_EPROCESS @$proc', 'x nt!Ps*', 'dps @rsp', 'u', 'ub @rip', 'uf @rip', 'ln @rip', 'lmv m nt', '.dumpdebug', '!thread',
  '!process -1 7', '!process 0 3', '!handle 0 3', '!vad', '!token', '!stacks 2', '!running -t', '!ready', '!locks -v', '!object \\', '!object \\Device',
  '!drvobj \\Driver\\disk 7', '!devnode 0 1', '!devstack \\Device\\Harddisk0\\DR0', '!irpfind', '!pool @$proc', '!poolused 2', '!vm', '!memusage', '!pfn 100',
  '!pte @rsp', '!vtop 0 @rsp', '!whatis @$proc', '!pcr', '!prcb', '!idt', '!gdt', '!dpcs', '!apc', '!timer', '!qlocks', '!cpuinfo', '!sysinfo cpuinfo',
  '!sd poi(@$proc-8) & -10 1', '!analyze -v', '!peb', '!teb', '.tlist', '.bugcheck', 'vertarget', '.time', 'dx -r2 @$cursession.Processes', 'dg 0 50',
  's -d @rsp L100 0', '!address @rsp', '.process /p @$proc; lmu', 'dl nt!PsActiveProcessHead 200', '!list -t nt!_LIST_ENTRY.Flink -x "dq @$extret L1" nt!PsActiveProcessHead',
]; // prettier-ignore
const RARELY = ['!ptov @cr3', '!poolfind Proc', '!process 0 7', 's -d nt L1000 1'];
const OF_PROCESSES = ['~', '~*', '~*k', 'lm', 'r', 'kv', '.ecxr', '.exr -1', '!handle 0 7', '!address', '!peb', '!teb', '.ttime', '.lastevent', 'x ntdll!*', '.dumpdebug', 'u', 'dps @rsp', 'dx 1']; // prettier-ignore

/** The files that mutants are made of. */
export class Subjects {
  readonly #dump: GeneratedDump;
  readonly #process: GeneratedDump;
  readonly #stacks: GeneratedDump;
  readonly #complete: GeneratedDump;
  readonly #complete5: GeneratedDump;
  readonly #pdb: Uint8Array;
  readonly all: readonly Subject[];

  constructor() {
    const machine = ['--machine', 'tiny', '--seed', '9'];
    this.#dump = generateDump([...machine, '--user-pages']);
    this.#stacks = generateDump([...machine, '--kind', 'stacks']);
    this.#complete = generateDump([...machine, '--format', 'full']);
    this.#complete5 = generateDump([...machine, '--format', 'bitmap-full']);
    this.#process = generateDump([...machine, '--kind', 'process', '--pid', 'explorer']);
    this.#pdb = this.#symbolFile('ntkrnlmp.pdb');
    this.all = this.#subjects();
  }

  remove(): void {
    for (const dump of [this.#dump, this.#stacks, this.#complete, this.#complete5, this.#process])
      dump.remove();
  }

  #symbolFile(name: string): Uint8Array {
    const folder = join(this.#dump.symbols, name);
    return new Uint8Array(readFileSync(join(folder, readdirSync(folder)[0]!, name)));
  }

  #subjects(): Subject[] {
    const full = bytesOf(this.#dump);
    const fields = new KernelFields(this.#dump);
    const stacks = bytesOf(this.#stacks);
    const [triage, crash, process] = [triageDump().bytes, crashDump().bytes, bytesOf(this.#process)];
    const kernel = (
      name: string,
      bytes: Uint8Array,
      change: (mutant: Mutant, random: Random) => void,
    ): Subject => ({
      name,
      make: (random) => changed(bytes, random, change),
      open: (file, step, random) => this.#openKernel(file, step, random),
    });
    const container = (name: string, bytes: Uint8Array) => kernel(name, bytes, headers);
    const user = (name: string, bytes: Uint8Array): Subject => ({
      name,
      make: (random) => changed(bytes, random, minidumpHeaders(bytes)),
      open: (file, step) => this.#ask(file, step, OF_PROCESSES),
    });
    return [
      container('headers of complete dumps (type 1)', bytesOf(this.#complete)),
      container('headers of summary dumps (type 2)', summaryDump(stacks)),
      kernel('small dumps (type 4)', triage, (mutant, random) =>
        random(2) === 0
          ? scatter(mutant, random)
          : disturb(mutant, random, [...numbersIn(0x2000, 0x2080), ...numbersIn(0x30, 0x90)]),
      ),
      container('headers of complete dumps with a bitmap (type 5)', bytesOf(this.#complete5)),
      container('headers of live dumps (type 6)', stacks),
      ...([8, 9, 10] as const).map((type) =>
        container(`headers of range dumps (type ${type})`, rangeDump(stacks, type)),
      ),
      kernel('memory: any bytes', full, (mutant, random) => scatter(mutant, random)),
      kernel('memory: lists, trees and counts', full, (mutant, random) =>
        disturb(mutant, random, fields.structures[random(fields.structures.length)]!),
      ),
      kernel('memory: page tables', full, (mutant, random) => fields.disturbTables(mutant, random)),
      kernel('memory: unwind data', full, (mutant, random) => fields.disturbUnwinding(mutant, random)),
      user('minidumps of processes, stacks only', crash),
      user('minidumps of processes, with all memory', process),
      { name: 'PDBs', make: (random) => changed(this.#pdb, random, pdbNumbers(this.#pdb)), open: readPdb },
      this.#images(),
    ];
  }

  #images(): Subject {
    const images = ['ntoskrnl.exe', 'ntdll.dll', 'disk.sys', 'Taskmgr.exe', 'BOOTVID.dll'].map((name) =>
      this.#symbolFile(name),
    );
    return {
      name: 'images',
      make: (random) => changed(images[random(images.length)]!, random, imageNumbers),
      open: readImage,
    };
  }

  #openKernel(file: ByteSource, step: Step, random: Random): void {
    const commands = [...ALWAYS, ...Array.from({ length: 3 }, () => OFTEN[random(OFTEN.length)]!)];
    if (random(40) === 0) commands.push(RARELY[random(RARELY.length)]!);
    this.#ask(file, step, commands);
  }

  #ask(file: ByteSource, step: Step, commands: readonly string[]): void {
    const symbols = { description: '', find: () => ({ path: 'a.pdb', file: new BufferSource(this.#pdb) }) };
    let shell: Shell | undefined;
    step('opening it', () => (shell = new Shell(new Session(file, { path: 'a.dmp', symbols }))));
    for (const command of commands) step(command, () => shell!.execute(command));
  }
}

function bytesOf(dump: GeneratedDump): Uint8Array {
  return new Uint8Array(readFileSync(dump.dump));
}

function changed(
  bytes: Uint8Array,
  random: Random,
  change: (mutant: Mutant, random: Random) => void,
): Mutant {
  const mutant = new Mutant(bytes);
  change(mutant, random);
  return mutant;
}

/** Numbers of the header of a kernel dump and of what follows it: bitmap or ranges. */
const HEADER_NUMBERS = [
  ...numbersIn(0x8, 0x98),
  ...numbersIn(0x98, 0x140, 8),
  ...numbersIn(0xf98, 0xfb0),
  ...numbersIn(0x1030, 0x1060),
  ...numbersIn(0x2000, 0x2080, 8),
  ...numbersIn(0x2000, 0x2040),
];
const HEADER_BYTES = 0x3000;

function headers(mutant: Mutant, random: Random): void {
  if (random(3) === 0) scatter(mutant, random, HEADER_BYTES);
  else disturb(mutant, random, HEADER_NUMBERS);
}

/** Numbers of a minidump: its header, its directory, and the beginnings of its streams. */
function minidumpHeaders(bytes: Uint8Array): (mutant: Mutant, random: Random) => void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [count, directory] = [view.getUint32(8, true), view.getUint32(12, true)];
  const numbers = [...numbersIn(0, 0x20), ...numbersIn(directory, directory + count * 12)];
  for (let i = 0; i < count; i++) {
    const [size, at] = [
      view.getUint32(directory + i * 12 + 4, true),
      view.getUint32(directory + i * 12 + 8, true),
    ];
    numbers.push(...numbersIn(at, at + Math.min(size, 0x200)));
  }
  return (mutant, random) => {
    if (random(4) === 0) scatter(mutant, random);
    else disturb(mutant, random, numbers);
  };
}

/** Numbers of a PDB: superblock, the block map, the directory of streams, and the headers of streams. */
function pdbNumbers(bytes: Uint8Array): (mutant: Mutant, random: Random) => void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [block, , , directoryBytes, , map] = Array.from({ length: 6 }, (_, i) => view.getUint32(0x20 + i * 4, true)) as [
    number, number, number, number, number, number,
  ]; // prettier-ignore
  const blocks = Math.ceil(directoryBytes / block);
  const directory = Array.from(
    { length: blocks },
    (_, i) => view.getUint32(map * block + i * 4, true) * block,
  );
  const numbers = [
    ...numbersIn(0x20, 0x38),
    ...numbersIn(map * block, map * block + blocks * 4),
    ...directory.flatMap((at) => numbersIn(at, Math.min(at + block, bytes.length))),
  ];
  const everywhere = bytes.length;
  return (mutant, random) => {
    const kind = random(4);
    if (kind === 0) scatter(mutant, random);
    else if (kind === 1) disturb(mutant, random, numbers);
    else {
      // Records, substreams and tables: a number at any place that is aligned.
      const at = random(everywhere >> 2) * 4;
      disturb(
        mutant,
        random,
        kind === 2
          ? numbersIn(at, Math.min(at + 64, everywhere), 2)
          : [...numbersIn(at, at + 64), ...numbers.slice(0, 6)],
      );
    }
  };
}

/** Numbers of an image: its headers, and what its directories lead to. */
function imageNumbers(mutant: Mutant, random: Random): void {
  const kind = random(4);
  if (kind === 0) scatter(mutant, random);
  else if (kind === 1) disturb(mutant, random, numbersIn(0, 0x400));
  else {
    const at = random(mutant.size >> 2) * 4;
    disturb(mutant, random, [...numbersIn(at, Math.min(at + 0x80, mutant.size)), ...numbersIn(0x80, 0x200)]);
  }
}

function readPdb(file: ByteSource, step: Step): void {
  let pdb: PdbFile | undefined;
  step('opening it', () => (pdb = new PdbFile(file)));
  step('symbols', () => pdb!.symbols());
  step('types', () => {
    for (const name of pdb!.types.names) {
      const type = pdb!.types.find(name);
      if (type?.kind === 'struct') void type.fields.length;
    }
  });
}

function readImage(file: ByteSource, step: Step): void {
  const base = 0xfffff80010000000n;
  step('reading it', () => {
    const image = openImage(file, base);
    if (!image) return;
    void [image.pdb, image.isReproducible, image.sections(), versionResource(image)];
    const functions = new FunctionTable(image);
    for (let rva = 0x1000; rva < 0x40000; rva += 0x1c4) {
      const found = functions.find(rva);
      if (found) readChain(image, found.unwindInfo);
    }
  });
}

/** Unwind data of a function, as far as a debugger follows it. */
function readChain(image: Image, rva: number): void {
  try {
    let info = readUnwindInfo(image, rva);
    for (let depth = 0; info.chained && depth < 40; depth++)
      info = readUnwindInfo(image, info.chained.unwindInfo);
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
  }
}

function openImage(file: ByteSource, base: bigint): Image | undefined {
  try {
    return new Image(mapImage(file, base), base);
  } catch (error) {
    if (error instanceof RangeError || error instanceof MemoryError) return undefined; // it is none
    throw error;
  }
}
