import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Shell } from '../../../sim/debugger/index.js';
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';
import { Kernel } from '../readers/kernel.js';
import { shellOf } from './lab-shell.js';

/** `!sysinfo`, against what the scenario side put into the registry, and a reading of SMBIOS by its specification. */
const DUMPS: [name: string, hasUserPages: boolean, options: string[]][] = [
  ['tiny', true, ['--machine', 'tiny', '--seed', '9', '--user-pages']],
  ['classroom', false, ['--machine', 'classroom', '--seed', '4']],
  ['tiny with an odd memory', true, ['--machine', 'tiny', '--memory', '321MiB', '--processors', '3', '--user-pages']],
]; // prettier-ignore
const MB = 1024 * 1024;

interface RegistryTruth {
  memory: number;
  registry: { keys: { path: string; values?: Record<string, { type: string; data: string | number }> }[] };
}

/** Structures of the table by DSP0134, 6.1.2: a formatted part, then texts, each with a zero, then one more. */
function structuresOf(table: Buffer): { type: number; handle: number; part: Buffer; texts: string[] }[] {
  const found = [];
  for (let at = 0; at < table.length;) {
    const part = table.subarray(at, at + table[at + 1]!);
    let end = at + part.length;
    while (table.readUInt16LE(end) !== 0) end++;
    const text = table.toString('latin1', at + part.length, end);
    found.push({
      type: part[0]!,
      handle: part.readUInt16LE(2),
      part,
      texts: text === '' ? [] : text.split('\0'),
    });
    at = end + 2;
  }
  return found;
}

describe.each(DUMPS)('!sysinfo on %s', (_, hasUserPages, options) => {
  let dump: GeneratedDump;
  let kernel: Kernel;
  let shell: Shell;
  let truth: RegistryTruth;
  const ask = (command: string) => shell.execute(command);
  const valuesOf = (path: string) => truth.registry.keys.find((key) => key.path === path)!.values!;
  const table = () =>
    Buffer.from(valuesOf('\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\mssmbios\\Data')['SMBiosData']!.data as string, 'hex'); // prettier-ignore

  beforeAll(() => {
    dump = generateDump(options);
    kernel = new Kernel(dump);
    truth = kernel.truth as unknown as RegistryTruth;
    shell = shellOf(dump);
  });
  afterAll(() => dump?.remove());

  it('machineid: who made the machine', () => {
    const text = ask('!sysinfo machineid');
    const bios = valuesOf('\\REGISTRY\\MACHINE\\HARDWARE\\DESCRIPTION\\System\\BIOS');
    const rows = [...text.matchAll(/^(\w+) = (.*)$/gm)].map(([, name, value]) => [
      name!.toLowerCase(),
      value,
    ]);
    expect(rows.length).toBe(Object.keys(bios).length);
    for (const [name, { data }] of Object.entries(bios))
      expect(rows).toContainEqual([name.toLowerCase(), `${data}`]);
    const [major, minor, revision] = table().subarray(1, 4);
    expect(text.split('\n')[0]).toBe(
      hasUserPages
        ? `Machine ID Information [From Smbios ${major}.${minor}, DMIVersion ${revision}, Size=${table().length - 8}]`
        : 'Machine ID Information [From \\REGISTRY\\MACHINE\\HARDWARE\\DESCRIPTION\\System\\BIOS]',
    );
  });

  it('cpuinfo and cpuspeed: the processor as the registry has it', () => {
    const key = valuesOf('\\REGISTRY\\MACHINE\\HARDWARE\\DESCRIPTION\\System\\CentralProcessor\\0');
    const text = ask('!sysinfo cpuinfo');
    for (const [name, { type, data }] of Object.entries(key))
      expect(text).toContain(`\n${name} = ${type} ${data}\n`);
    const { address } = dump.truth.processors[0]!;
    const signature = kernel.get(BigInt(address), '_KPRCB', 'UpdateSignature.QuadPart');
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(signature);
    expect(text).toContain(
      `\nUpdate Signature = REG_BINARY ${[...bytes].map((byte) => byte.toString(16)).join(',')}\n`,
    );
    const speed = ask('!sysinfo cpuspeed');
    expect(speed).toContain(`CPUID:        "${key['ProcessorNameString']!.data}"\n`);
    expect(speed).toContain(`CurrentSpeed: ${key['~MHz']!.data}\n`);
    const processor = structuresOf(table().subarray(8)).find(({ type }) => type === 4)!;
    // Max Speed is the word at 14h. Source: DSP0134, 7.5.
    expect(speed).toContain(hasUserPages ? `MaxSpeed:     ${processor.part.readUInt16LE(0x14)}\n` : 'is not in this dump\n'); // prettier-ignore
  });

  it('smbios: structures with their handles, lengths and texts', () => {
    const text = ask('!sysinfo smbios');
    if (!hasUserPages) {
      expect(text).toBe('sysinfo: could not find necessary interfaces.\nsysinfo: note that mssmbios.sys must be loaded (XPSP2+).\n'); // prettier-ignore
      return;
    }
    const structures = structuresOf(table().subarray(8));
    expect(table().readUInt32LE(4)).toBe(table().length - 8);
    expect(structures.at(-1)!.type).toBe(127);
    const heads = [...text.matchAll(/^\[.* \(Type (\d+)\) - Length (\d+) - Handle ([0-9a-f]{4})h\]$/gm)];
    expect(
      heads.map(([, type, length, handle]) => [Number(type), Number(length), parseInt(handle!, 16)]),
    ).toEqual(structures.map(({ type, part, handle }) => [type, part.length, handle]));
    const shown = text.split(/^(?=\[.* \(Type )/m).slice(1);
    structures.forEach(({ texts }, i) => {
      for (const one of texts) expect(shown[i]).toContain(` ${one}\n`);
    });
    const memory = structures.filter(({ type }) => type === 17);
    // Size is the word at 0Ch in megabytes; Physical Memory Array Handle the word at 4. Source: 7.18.
    expect(memory.reduce((sum, { part }) => sum + part.readUInt16LE(0x0c), 0) * MB).toBe(truth.memory);
    const array = structures.find(({ type }) => type === 16)!;
    for (const { part } of memory) expect(part.readUInt16LE(4)).toBe(array.handle);
    const sizes = [...ask('!sysinfo smbios -memory').matchAll(/^ {2}Size +(\d+)MB$/gm)].map(([, size]) => Number(size)); // prettier-ignore
    expect(sizes.reduce((sum, size) => sum + size, 0) * MB).toBe(truth.memory);
    const threads = structures
      .filter(({ type }) => type === 4)
      .reduce((sum, { part }) => sum + part[0x25]!, 0);
    expect(threads).toBe(dump.truth.processors.length);
    const packages = new Set(dump.truth.processors.map(({ address }) => kernel.get(BigInt(address), '_KPRCB', 'PackageId'))); // prettier-ignore
    expect(structures.filter(({ type }) => type === 4).length).toBe(packages.size);
    const raw = ask('!sysinfo smbios -v -system');
    for (const { type, part } of structures)
      if ([0, 1, 2, 3, 32].includes(type)) expect(raw).toContain(`\n  ${part.toString('hex').match(/../g)!.join(' ')}\n`); // prettier-ignore
    expect(raw).not.toContain('(Type 17)');
  });

  it('what a dump does not hold, and what is not known, is said', () => {
    expect(ask('!sysinfo gbl')).toBe(
      "sysinfo: could not find the firmware's list of ACPI tables in this dump.\n",
    );
    expect(ask('!sysinfo registers')).toBe(
      'sysinfo: could not find model-specific registers in this dump.\n',
    );
    expect(ask('!sysinfo colour')).toContain('unknown subject colour. Known: cpuinfo, ');
    expect(ask('!sysinfo machineid -csv')).toContain('Option -csv of !sysinfo is not supported here.');
    expect(ask('!sysinfo cpuinfo -memory')).toContain('Option -memory of !sysinfo is not supported here.');
  });
});
