import { hex } from '../../format/numbers.js';
import { registryValues, type RegistryValue } from '../../kernel/hives.js';
import { wideText } from '../../files/text.js';
import { integerOf, MemoryError } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { SymbolsError } from '../../symbols/symbols-error.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd, expectNoOption, refuse } from '../refuse.js';
import { readSmbios, SMBIOS_GROUPS, smbiosTableText, smbiosText } from './smbios.js';

const HEADING = 'CP  F/M/S Manufacturer  MHz PRCB Signature    MSR 8B Signature Features\n';

/** `!cpuinfo`: what the processors are. */
export const processorInfo: Command = {
  names: ['!cpuinfo'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    expectNoOption('!cpuinfo', rest);
    const wanted = rest.optionalValue();
    expectEnd('!cpuinfo', rest);
    const prcbs = prcbsOf(session).filter(([number]) => wanted === undefined || BigInt(number) === wanted);
    if (prcbs.length === 0)
      throw new CommandError(`There is no processor ${hex(wanted ?? 0n)} in the dump.\n`);
    print(HEADING);
    for (const [number, view] of prcbs) {
      const { family, model, stepping, vendor, mhz, signature, features } = factsOf(view);
      const [manufacturer, ids] = [vendor.padEnd(12), `${family},${model},${stepping}`];
      print(
        `${String(number).padStart(2)} ${ids.padStart(6)} ${manufacturer} ${String(mhz).padStart(4)} ${hex(signature, 16)} ` +
          `>${hex(signature, 16)}<${hex(features, 8)}\n`,
      );
      print(`                      Cached Update Signature ${hex(signature, 16)}\n`);
    }
  },
};

/** What `!sysinfo` shows; each by the word that asks for it. Source: Microsoft, "!sysinfo". */
const SUBJECTS: Readonly<Record<string, (session: Session, options: readonly string[]) => string>> = {
  cpuinfo: processorText,
  cpumicrocode: microcodeText,
  cpuspeed: speedText,
  machineid: machineText,
  smbios: firmwareText,
};
/** Kept by firmware or read from registers, which a dump has none of. */
const NOT_HERE: Readonly<Record<string, string>> = {
  gbl: "the firmware's list of ACPI tables",
  registers: 'model-specific registers',
};

/** `!sysinfo`: what the machine is. */
export const systemInfo: Command = {
  names: ['!sysinfo'],
  run({ session, print }, args) {
    const [subject = '', ...options] = args.trim().toLowerCase().split(/\s+/);
    const words = [...Object.keys(SUBJECTS), ...Object.keys(NOT_HERE)].sort();
    if (subject === '') return print(`!sysinfo ${words.join('|')}\n`);
    const text = Object.hasOwn(SUBJECTS, subject) ? SUBJECTS[subject] : undefined;
    if (Object.hasOwn(NOT_HERE, subject))
      throw new CommandError(`sysinfo: could not find ${NOT_HERE[subject]} in this dump.\n`);
    if (text === undefined)
      throw new CommandError(`sysinfo: unknown subject ${subject}. Known: ${words.join(', ')}.\n`);
    const known = subject === 'smbios' ? ['-v', ...SMBIOS_GROUPS.map((group) => `-${group}`)] : [];
    const odd = options.find((option) => !known.includes(option));
    if (odd !== undefined) refuse('!sysinfo', `Option ${odd}`);
    print(text(session, options));
  },
};

const HARDWARE_HIVE = '\\REGISTRY\\MACHINE\\HARDWARE';
const PROCESSOR_KEY = 'DESCRIPTION\\System\\CentralProcessor\\0';
const FIRMWARE_KEY = 'DESCRIPTION\\System\\BIOS';
const REG_DWORD = 4;
const TYPES: Readonly<Record<number, string>> = {
  1: 'REG_SZ',
  3: 'REG_BINARY',
  4: 'REG_DWORD',
  11: 'REG_QWORD',
};

/** Values of a key of the volatile hive of the hardware; none where it is not in the dump. */
function hardwareValues(session: Session, path: string): RegistryValue[] {
  try {
    return registryValues(session, HARDWARE_HIVE, path) ?? [];
  } catch (error) {
    if (error instanceof MemoryError || error instanceof SymbolsError) return [];
    throw error;
  }
}

function valueText({ type, data }: RegistryValue): string {
  if (type === REG_DWORD) return String(integerOf(data));
  if (TYPES[type] !== 'REG_SZ') return [...data].map((byte) => hex(byte)).join(',');
  return wideText(data).split('\0')[0]!;
}

interface ProcessorFacts {
  family: number;
  model: number;
  stepping: number;
  vendor: string;
  mhz: number;
  signature: bigint;
  features: bigint;
}

function factsOf(view: TypedView): ProcessorFacts {
  const byte = (field: string) => Number(view.value(field) & 0xffn);
  return {
    family: byte('CpuType'),
    model: byte('CpuModel'),
    stepping: byte('CpuStepping'),
    vendor: view.text('VendorString'),
    mhz: view.number('MHz'),
    signature: view.value('UpdateSignature.QuadPart'),
    features: view.value(view.has('FeatureBits') ? 'FeatureBits' : 'FeatureBitsUnused') & 0xffffffffn,
  };
}

function prcbsOf(session: Session): [number, TypedView][] {
  return session.target.processors.flatMap((processor, number): [number, TypedView][] =>
    processor ? [[number, new TypedView(session, '_KPRCB', processor.prcb)]] : [],
  );
}

function firstProcessor(session: Session): ProcessorFacts {
  const [first] = prcbsOf(session);
  if (!first) throw new CommandError('The dump has no processor block.\n');
  return factsOf(first[1]);
}

/** As the registry has the processor, and the PRCB its microcode. */
function processorText(session: Session): string {
  const { family, model, stepping, vendor, mhz, signature } = firstProcessor(session);
  const name = vendor === 'AuthenticAMD' ? 'AMD64' : 'Intel64';
  const rows = new Map([
    ['~MHz', `REG_DWORD ${mhz}`],
    ['Identifier', `REG_SZ ${name} Family ${family} Model ${model} Stepping ${stepping}`],
    ['VendorIdentifier', `REG_SZ ${vendor}`],
  ]);
  for (const value of hardwareValues(session, PROCESSOR_KEY))
    rows.set(value.name, `${TYPES[value.type] ?? `type ${value.type}`} ${valueText(value)}`);
  const bytes = Array.from({ length: 8 }, (_, i) => hex((signature >> BigInt(i * 8)) & 0xffn));
  rows.set('Update Signature', `REG_BINARY ${bytes.join(',')}`);
  const sorted = [...rows].sort(([a], [b]) => (key(a) < key(b) ? -1 : 1));
  return `[CPU Information]\n${sorted.map(([label, text]) => `${label} = ${text}\n`).join('')}`;
}

/** The tilde of ~MHz comes first, as WinDbg lists it. */
const key = (name: string) => name.toLowerCase().replace('~', ' ');

function speedText(session: Session): string {
  const name = hardwareValues(session, PROCESSOR_KEY).find((value) => value.name === 'ProcessorNameString');
  const table = readSmbios(session);
  const fastest = table ? parseInt(smbiosText(table, PROCESSOR_TYPE, 'Max Speed'), 10) : NaN;
  return (
    (name ? `CPUID:        "${valueText(name)}"\n` : '') +
    `MaxSpeed:     ${Number.isNaN(fastest) ? 'the SMBIOS table that tells it is not in this dump' : fastest}\n` +
    `CurrentSpeed: ${firstProcessor(session).mhz}\n`
  );
}
/** Type of the SMBIOS structure of a processor. */
const PROCESSOR_TYPE = 4;

/** Rows of `!sysinfo machineid` by the values of the registry. */
const MACHINE_ROWS: readonly (readonly [label: string, value: string])[] = [
  ['BiosMajorRelease', 'BiosMajorRelease'],
  ['BiosMinorRelease', 'BiosMinorRelease'],
  ['BiosVendor', 'BIOSVendor'],
  ['BiosVersion', 'BIOSVersion'],
  ['BiosReleaseDate', 'BIOSReleaseDate'],
  ['SystemManufacturer', 'SystemManufacturer'],
  ['SystemProductName', 'SystemProductName'],
  ['SystemFamily', 'SystemFamily'],
  ['SystemVersion', 'SystemVersion'],
  ['SystemSKU', 'SystemSKU'],
  ['BaseBoardManufacturer', 'BaseBoardManufacturer'],
  ['BaseBoardProduct', 'BaseBoardProduct'],
  ['BaseBoardVersion', 'BaseBoardVersion'],
];

/** Who made the machine: the registry's volatile keys have it in every dump of the kernel. */
function machineText(session: Session): string {
  const found = new Map(hardwareValues(session, FIRMWARE_KEY).map((value) => [value.name, valueText(value)]));
  if (found.size === 0) throw new CommandError(NO_TABLES);
  const table = readSmbios(session);
  const from = table
    ? `From Smbios ${table.version}, DMIVersion ${table.dmiVersion}, Size=${table.size}`
    : `From ${HARDWARE_HIVE}\\${FIRMWARE_KEY}`;
  const rows = MACHINE_ROWS.filter(([, value]) => found.has(value));
  return `Machine ID Information [${from}]\n${rows.map(([label, value]) => `${label} = ${found.get(value)!}\n`).join('')}`;
}

/** WinDbg's words. */
const NO_TABLES =
  'sysinfo: could not find necessary interfaces.\nsysinfo: note that mssmbios.sys must be loaded (XPSP2+).\n';

function firmwareText(session: Session, options: readonly string[]): string {
  const table = readSmbios(session);
  if (!table) throw new CommandError(NO_TABLES);
  const wanted = options.filter((option) => option !== '-v').map((option) => option.slice(1));
  return smbiosTableText(table, wanted, options.includes('-v'));
}

function microcodeText(session: Session): string {
  const { signature, vendor } = firstProcessor(session);
  if (vendor !== 'GenuineIntel')
    throw new CommandError('sysinfo: only processors of GenuineIntel have it.\n');
  return `Cached Microcode Version: ${hex(signature >> 32n, 8)}\n`;
}
