// Sections that have a name, and processes of 32-bit code, in the memory of a machine.
import { describe, expect, it } from 'vitest';
import { createMachine } from '../../../sim/index.js';
import { memoryOf, offsetOf, sizeOf } from './memory-view.js';

const machine = await createMachine({ machine: 'classroom', seed: 3 });
const { core } = machine.kernel;
const { get, read, text } = memoryOf(core);

describe('\\KnownDlls', () => {
  it('holds sections of images, each of the file of its name, which the control area counts', () => {
    const known = [...machine.kernel.namespace.objects].filter(
      ({ path, type }) => path.startsWith('\\KnownDlls\\') && type === 'Section',
    );
    expect(known.length).toBeGreaterThan(15);
    // Programs have opened sections of the same DLLs: each section object counts once, by whatever it is known.
    const opened = machine
      .truth()
      .processes.flatMap(({ handles }) => handles.open['Section'] ?? [])
      .map((row) => BigInt(row.split(' ')[1]!));
    const sections = [...new Set([...opened, ...known.map(({ address }) => address)])];
    const areas = sections.map((address) => get(address, '_SECTION', 'u1.ControlArea'));
    for (const { path, address } of known) {
      const name = path.slice(path.lastIndexOf('\\') + 1);
      const area = get(address, '_SECTION', 'u1.ControlArea');
      expect(get(area, '_CONTROL_AREA', 'u.Flags.Image')).toBe(1n);
      const count = areas.filter((other) => other === area).length;
      expect(get(area, '_CONTROL_AREA', 'NumberOfSectionReferences'), name).toBe(BigInt(count));
      const file = get(area, '_CONTROL_AREA', 'FilePointer.Value') & ~15n;
      expect(text(file + offsetOf('_FILE_OBJECT', 'FileName'))).toBe(`\\Windows\\System32\\${name}`);
      expect(get(file, '_FILE_OBJECT', 'DeviceObject')).toBe(core.exports.volumeSystem());
      const segment = get(area, '_CONTROL_AREA', 'Segment');
      expect(get(address, '_SECTION', 'SizeOfSection')).toBe(get(segment, '_SEGMENT', 'SizeOfSegment'));
    }
  });
});

describe('processes of 32-bit code', () => {
  const processes = machine.stage.processes.filter(
    ({ program, modules }) => program.wow64 && modules.length > 0,
  );

  it('have a second environment block below 4 GiB, and so has each of their threads', () => {
    expect(processes.length).toBeGreaterThan(0);
    for (const { address, pid, modules, threads, sessionId } of processes) {
      core.exports.processAttach(address);
      const wow64 = get(address, '_EPROCESS', 'WoW64Process');
      const peb = get(wow64, '_EWOW64PROCESS', 'Peb');
      expect(peb < 1n << 32n).toBe(true);
      expect(get(peb, '_PEB32', 'ImageBaseAddress')).toBe(modules[0]!.base);
      expect(Number(get(peb, '_PEB32', 'SessionId'))).toBe(sessionId);
      for (const thread of threads) {
        const teb = get(thread.address, '_KTHREAD', 'Teb');
        const offset = BigInt.asIntN(32, get(teb, '_TEB', 'WowTebOffset'));
        expect(offset).toBe(0x2000n);
        expect(read(teb)).toBe(teb + offset); // NtTib.ExceptionList, as 32-bit code's debuggers find it
        const teb32 = teb + offset;
        expect(teb32 + sizeOf('_TEB32') < 1n << 32n).toBe(true);
        expect(get(teb32, '_TEB32', 'NtTib.Self')).toBe(teb32);
        expect(get(teb32, '_TEB32', 'ProcessEnvironmentBlock')).toBe(peb);
        expect(get(teb32, '_TEB32', 'ClientId.UniqueProcess')).toBe(BigInt(pid));
        expect(get(teb32, '_TEB32', 'ClientId.UniqueThread')).toBe(BigInt(thread.tid));
        const [top, limit] = ['StackBase', 'StackLimit'].map((name) => get(teb32, '_TEB32', `NtTib.${name}`));
        expect(top! > limit! && limit! > get(teb32, '_TEB32', 'DeallocationStack')).toBe(true);
        expect(thread.userMode!.stack.some((frame) => frame.startsWith('wow64cpu!'))).toBe(true);
      }
    }
  });

  it('are the only ones whose machine is not AMD64', () => {
    for (const process of machine.stage.processes) {
      const isOne = processes.includes(process);
      expect(get(process.address, '_EPROCESS', 'Machine')).toBe(isOne ? 0x14cn : 0x8664n);
      expect(get(process.address, '_EPROCESS', 'WoW64Process') !== 0n).toBe(isOne);
      if (isOne)
        expect(get(get(process.address, '_EPROCESS', 'WoW64Process'), '_EWOW64PROCESS', 'NtdllType')).toBe(
          1n,
        ); // PsWowX86SystemDll
    }
  });

  it('have nothing private above the images of 64-bit code', () => {
    for (const { address, modules } of processes) {
      expect(modules[0]!.base < 1n << 32n).toBe(true);
      expect(modules.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['ntdll.dll', 'wow64.dll', 'wow64cpu.dll', 'wow64win.dll']),
      );
      expect(get(address, '_EPROCESS', 'Wow64VaSpace4Gb')).toBe(1n);
    }
  });
});
