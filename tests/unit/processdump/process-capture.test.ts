import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createMachine } from '../../../sim/index.js';
import type { LabMachine } from '../../../sim/lab-machine.js';

const PAGE = 4096n;
const SAMPLES = 200;

/** Every page of a dump by its address, read with nothing but the list of ranges. */
function pagesOf(machine: LabMachine, process: string | number) {
  const chunks: Buffer[] = [];
  const capture = machine.captureProcess(process);
  for (let chunk = capture.next(); chunk; chunk = capture.next()) chunks.push(Buffer.from(chunk));
  const file = Buffer.concat(chunks);
  expect(file.length).toBe(capture.bytes);
  const streams = file.readUInt32LE(8);
  const entries = Array.from({ length: streams }, (_, index) => 32 + index * 12);
  const list = file.readUInt32LE(entries.find((at) => file.readUInt32LE(at) === 9)! + 8);
  const pages = new Map<bigint, Buffer>();
  let place = Number(file.readBigUInt64LE(list + 8));
  for (let range = 0; range < Number(file.readBigUInt64LE(list)); range++) {
    const at = list + 16 + range * 16;
    const size = file.readBigUInt64LE(at + 8);
    for (let offset = 0n; offset < size; offset += PAGE, place += Number(PAGE))
      pages.set(file.readBigUInt64LE(at) + offset, file.subarray(place, place + Number(PAGE)));
  }
  expect(place).toBe(file.length);
  return { file, pages };
}

describe('a dump of a process', () => {
  let machine: LabMachine;
  let dump: ReturnType<typeof pagesOf>;
  let explorer: bigint;

  beforeAll(async () => {
    machine = await createMachine({ machine: 'tiny', seed: 5 });
    dump = pagesOf(machine, 'explorer');
    explorer = machine.stage.processes.find(({ name }) => name === 'explorer.exe')!.address;
  });

  it('is the same again, and on a machine made again', async () => {
    const hash = ({ file }: typeof dump) => createHash('sha256').update(file).digest('hex');
    expect(hash(pagesOf(machine, 'Explorer.exe'))).toBe(hash(dump));
    expect(hash(pagesOf(await createMachine({ machine: 'tiny', seed: 5 }), 'explorer'))).toBe(hash(dump));
  });

  it('has the bytes that the process reads', () => {
    const { exports } = machine.kernel.core;
    const before = exports.processAttach(explorer);
    let compared = 0;
    for (const [address, bytes] of dump.pages) {
      if (exports.memoryRead(address, 4096) !== 4096) continue; // not in memory now
      expect(bytes.equals(machine.kernel.core.view(exports.exchangeBuffer(), 4096))).toBe(true);
      compared++;
    }
    exports.memoryAttach(before);
    expect(compared).toBeGreaterThan(SAMPLES);
  });

  it('has the bytes that the machine pages in, from the page file and from standby', async () => {
    const other = await createMachine({ seed: 7 });
    const { core } = other.kernel;
    const process = other.stage.processes.find(({ name }) => name === 'dwm.exe')!;
    const { pages } = pagesOf(other, process.pid);
    const before = core.exports.processAttach(process.address);
    let pagedIn = 0;
    for (const [address, bytes] of pages) {
      if (core.exports.memoryRead(address, 4096) === 4096) continue;
      if (!core.exports.memoryFaultPage(process.address, address)) continue;
      expect(core.exports.memoryRead(address, 4096)).toBe(4096);
      expect(bytes.equals(core.view(core.exports.exchangeBuffer(), 4096)), address.toString(16)).toBe(true);
      pagedIn++;
    }
    core.exports.memoryAttach(before);
    expect(pagedIn).toBeGreaterThan(10);
    expect([...pages.values()].some((bytes) => bytes.some((byte) => byte !== 0))).toBe(true);
  });

  it('lets no time pass until it is read or given up', () => {
    const capture = machine.captureProcess('explorer');
    expect(() => machine.advance(1000)).toThrow('stands still');
    expect(() => machine.captureProcess('explorer')).toThrow('Another dump');
    expect(() => machine.capture()).toThrow();
    machine.endCapture();
    expect(capture.next()).toBeUndefined();
    machine.advance(1000);
    expect(machine.check().ok).toBe(true);
  });

  it.each(['System', 'csrss', 'lsass', 'Registry'])('refuses %s as Windows does', (name) => {
    const found = machine.stage.processes.find((process) =>
      process.name.toLowerCase().startsWith(name.toLowerCase()),
    );
    if (!found) return;
    expect(() => machine.captureProcess(found.pid)).toThrow(/^Access is denied/);
  });
});
