// Dumps of one machine in containers other than a live dump's, as other people's tools read them.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CaptureLab } from '../support/capture-lab.js';
import { describeWith, describeWithTool } from '../support/tools.js';
import { complaints, stackFrames } from './windbg/answers.js';
import { runWindbg, WINDBG } from './windbg/engine.js';

const PAGE = 4096;
/** In QEMU's note of a processor: rip after version, size and sixteen registers; CR3 after ten segment registers. */
const QEMU_RIP = 136;
const QEMU_CR3 = 416;
const PRSTATUS_RIP = 112 + 16 * 8;

interface Note {
  name: string;
  type: number;
  contents: Buffer;
}

function notesIn(file: Buffer, offset: number, bytes: number): Note[] {
  const notes: Note[] = [];
  for (let at = offset; at < offset + bytes;) {
    const [nameBytes, length, type] = [0, 4, 8].map((field) => file.readUInt32LE(at + field)) as [
      number,
      number,
      number,
    ];
    const name = file.toString('latin1', at + 12, at + 12 + nameBytes - 1);
    const from = at + 12 + ((nameBytes + 3) & ~3);
    notes.push({ name, type, contents: file.subarray(from, from + length) });
    at = from + ((length + 3) & ~3);
  }
  return notes;
}

describeWithTool(['llvm-readelf'], 'ELF core file', (readelf) => {
  let lab: CaptureLab;
  let path: string;
  let raw: Buffer;
  let elf: Buffer;
  const say = (option: string): string => execFileSync(readelf, [option, path], { encoding: 'utf8' });
  /** Type, file offset, physical address and size of each segment. */
  const segments = () =>
    [...say('-lW').matchAll(/^ {2}(LOAD|NOTE) +(0x\w+) 0x\w+ (0x\w+) (0x\w+) (0x\w+)/gm)].map(
      ([, type, offset, address, bytes, inMemory]) => {
        expect(inMemory).toBe(bytes);
        return { type: type!, offset: Number(offset), address: Number(address), bytes: Number(bytes) };
      },
    );

  beforeAll(async () => {
    lab = await CaptureLab.boot({ machine: 'tiny', seed: 6 });
    path = lab.write('core.elf', { format: 'elf' }).path;
    elf = readFileSync(path);
    raw = readFileSync(lab.write('memory.raw', { format: 'raw' }).path);
  });
  afterAll(() => lab?.remove());

  it('is a core file of an x86-64 machine', () => {
    const header = say('-h');
    expect(header).toMatch(/Class:\s+ELF64/);
    expect(header).toMatch(/Type:\s+CORE/);
    expect(header).toMatch(/Machine:\s+Advanced Micro Devices X86-64/);
  });

  it('has each run of physical memory at its address', () => {
    const loads = segments().filter(({ type }) => type === 'LOAD');
    let end = 0;
    for (const { offset, address, bytes } of loads) {
      expect([offset % PAGE, address % PAGE, bytes % PAGE]).toEqual([0, 0, 0]);
      expect(raw.subarray(end, address).every((byte) => byte === 0)).toBe(true);
      expect(elf.subarray(offset, offset + bytes).equals(raw.subarray(address, address + bytes))).toBe(true);
      end = address + bytes;
    }
    expect(loads.at(-1)!.offset + loads.at(-1)!.bytes).toBe(elf.length);
    expect(loads.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(
      lab.machine.kernel.core.exports.machineFrames() * PAGE,
    );
  });

  it('has the registers of each processor, as Linux and as QEMU write them', () => {
    const { offset, bytes } = segments().find(({ type }) => type === 'NOTE')!;
    expect(say('-n')).toContain('NT_PRSTATUS');
    const notes = notesIn(elf, offset, bytes);
    const { processors } = lab.machine.kernel.hardware;
    const [linux, qemu] = ['CORE', 'QEMU'].map((name) => notes.filter((note) => note.name === name));
    expect([linux!.length, qemu!.length]).toEqual([processors, processors]);
    const own = lab.machine.kernel.loaded.get('nt');
    for (let number = 0; number < processors; number++) {
      const rip = linux![number]!.contents.readBigUInt64LE(PRSTATUS_RIP);
      expect(rip >= own.base && rip < own.base + BigInt(own.image.sizeOfImage)).toBe(true);
      const state = qemu![number]!.contents;
      expect(state.readBigUInt64LE(QEMU_RIP)).toBe(rip);
      expect(state.readUInt32LE(4)).toBe(state.length);
      const cr3 = Number(state.readBigUInt64LE(QEMU_CR3));
      const root = elf.subarray(offsetOf(cr3), offsetOf(cr3) + PAGE);
      const maps = Array.from({ length: 512 }, (_, index) => root.readBigUInt64LE(index * 8));
      expect(maps.some((entry) => Number(entry & 0x000ffffffffff000n) === cr3)).toBe(true);
    }
  });

  /** Where the file has a physical address. */
  function offsetOf(address: number): number {
    const found = segments().find((one) => address >= one.address && address < one.address + one.bytes)!;
    return found.offset + address - found.address;
  }
});

describeWith([WINDBG], "complete dumps in WinDbg's engine", () => {
  let lab: CaptureLab;
  beforeAll(async () => {
    lab = await CaptureLab.boot({ machine: 'tiny', seed: 6 });
  });
  afterAll(() => lab?.remove());

  it.each([
    ['full', 'Kernel Complete Dump File: Full address space is available'],
    ['bitmap-full', 'Kernel Bitmap Dump File: Active memory is available'],
  ] as const)('opens %s', async (format, banner) => {
    const userPages = format === 'bitmap-full';
    const { path, truth } = lab.write(`${format}.dmp`, { format, userPages });
    const thread = truth.processes.flatMap(({ threads }) => threads).find(({ userStack }) => userStack)!;
    const owner = truth.processes.find(({ threads }) => threads.includes(thread))!;
    const transcript = await runWindbg(path, lab.symbols, lab.symbols, [
      `.process /p /r ${owner.address}`,
      `.thread ${thread.address}`,
      'k',
    ]);
    expect(transcript.opening).toContain(banner);
    expect(complaints(transcript.opening)).toEqual([]);
    expect(stackFrames(transcript.answers[2]!.output).map(({ site }) => site)).toEqual([
      ...thread.stack,
      ...thread.userStack!,
    ]);
  });
});
