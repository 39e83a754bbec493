// A machine's SMBIOS table, as RawSMBIOSData has it (Microsoft, "GetSystemFirmwareTable"): a header, then structures
// of DMTF DSP0134, each a formatted part with its texts behind.
import { record, viewOf } from '../../files/record.js';
import { hex } from '../../format/numbers.js';
import { registryValues } from '../../kernel/hives.js';
import { MemoryError } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import facts from './smbios-structures.json' with { type: 'json' };

const HEADER = record(8, {
  Used20CallingMethod: [0, 'u8'],
  SMBIOSMajorVersion: [1, 'u8'],
  SMBIOSMinorVersion: [2, 'u8'],
  DmiRevision: [3, 'u8'],
  Length: [4, 'u32'],
});
const STRUCTURE = record(4, { Type: [0, 'u8'], Length: [1, 'u8'], Handle: [2, 'u16'] });
const END_OF_TABLE = 127;
const LABEL_WIDTH = 30;
const ROM_UNIT = 0x10000;
/** Type 17: a size that its word cannot hold stands in a field for it. */
const SIZE = { large: 0x7fff, unknown: 0xffff, inKilobytes: 0x8000, largeAt: 28 };

type Value = string | number;
const names: Readonly<Record<string, string>> = facts.names;
const fields = facts.fields as unknown as Readonly<
  Record<string, readonly (readonly [string, number, string])[]>
>;
const values: Readonly<Record<string, readonly string[]>> = facts.values;
const groups: Readonly<Record<string, readonly number[]>> = facts.groups;
const bits: Readonly<Record<string, string>> = facts.bits;

export interface SmbiosStructure {
  readonly type: number;
  readonly handle: number;
  /** The formatted part. */
  readonly bytes: Uint8Array;
  readonly texts: readonly string[];
}

export interface SmbiosTable {
  /** `3.2`. */
  readonly version: string;
  readonly dmiVersion: number;
  readonly is20Calling: boolean;
  readonly size: number;
  readonly structures: readonly SmbiosStructure[];
}

/** Words that `!sysinfo smbios` takes for a part of the table. */
export const SMBIOS_GROUPS: readonly string[] = Object.keys(groups);

/** What the mssmbios driver keeps in the registry; `undefined` where it, or the page that has it, is not in the dump. */
export function readSmbios(session: Session): SmbiosTable | undefined {
  try {
    const data = registryValues(
      session,
      '\\REGISTRY\\MACHINE\\SYSTEM',
      'ControlSet001\\Services\\mssmbios\\Data',
    )?.find(({ name }) => name === 'SMBiosData')?.data;
    return data === undefined || data.length < HEADER.size ? undefined : tableOf(data);
  } catch (error) {
    if (error instanceof MemoryError) return undefined;
    throw error;
  }
}

function tableOf(data: Uint8Array): SmbiosTable {
  const header = HEADER.read(data);
  const bytes = data.subarray(HEADER.size, HEADER.size + header.Length);
  const structures: SmbiosStructure[] = [];
  for (let at = 0; at + STRUCTURE.size <= bytes.length;) {
    const { Type, Length, Handle } = STRUCTURE.read(bytes, at);
    if (Length < STRUCTURE.size || at + Length > bytes.length) break;
    const texts: string[] = [];
    let end = at + Length;
    for (let start = end; start < bytes.length && bytes[start] !== 0; start = end) {
      const zero = bytes.indexOf(0, start);
      const stop = zero < 0 ? bytes.length : zero;
      texts.push(String.fromCharCode(...bytes.subarray(start, stop)));
      end = stop + 1;
    }
    structures.push({ type: Type, handle: Handle, bytes: bytes.subarray(at, at + Length), texts });
    // Two zeros end a structure; where there are texts, the first ends the last of them.
    at = end + (texts.length === 0 ? 2 : 1);
    if (Type === END_OF_TABLE) break;
  }
  return {
    version: `${header.SMBIOSMajorVersion}.${header.SMBIOSMinorVersion}`,
    dmiVersion: header.DmiRevision,
    is20Calling: header.Used20CallingMethod !== 0,
    size: header.Length,
    structures,
  };
}

/** Text of a field of the first structure of a type; '' for none. */
export function smbiosText({ structures }: SmbiosTable, type: number, label: string): string {
  const structure = structures.find((one) => one.type === type);
  const field = fields[type]?.find(([name]) => name === label);
  return structure && field ? fieldText(structure, field[1], field[2]) : '';
}

/** `!sysinfo smbios`. @param wanted groups of structures, all when empty. @param isVerbose with the bytes of each */
export function smbiosTableText(table: SmbiosTable, wanted: readonly string[], isVerbose: boolean): string {
  const types = wanted.flatMap((group) => groups[group] ?? []);
  const shown = table.structures.filter(({ type }) => types.length === 0 || types.includes(type));
  return (
    `[SMBIOS Data Tables v${table.version}]\n[DMI Version - ${table.dmiVersion}]\n` +
    `[2.0 Calling Convention - ${table.is20Calling ? 'Yes' : 'No'}]\n[Table Size - ${table.size} bytes]\n` +
    shown.map((structure) => structureText(structure, isVerbose)).join('')
  );
}

function structureText(structure: SmbiosStructure, isVerbose: boolean): string {
  const { type, handle, bytes } = structure;
  const name = names[type] ?? 'Unknown or OEM structure';
  const rows = (fields[type] ?? [])
    .filter(([, at]) => at < bytes.length)
    .map(([label, at, kind]) =>
      kind === 'bits'
        ? `  ${label}\n${bitsText(structure, at)}`
        : `  ${label.padEnd(LABEL_WIDTH)}${fieldText(structure, at, kind)}\n`,
    );
  const raw = isVerbose ? `  ${[...bytes].map((byte) => hex(byte, 2)).join(' ')}\n` : '';
  return `[${name} (Type ${type}) - Length ${bytes.length} - Handle ${hex(handle, 4)}h]\n${rows.join('')}${raw}`;
}

/** A word of 64 bits, of which each that is set means something. */
function bitsText({ bytes }: SmbiosStructure, at: number): string {
  const word = integerAt(bytes, at, 8);
  return Object.entries(bits)
    .filter(([bit]) => (word >> BigInt(bit)) & 1n)
    .map(([bit, text]) => `       ${bit.padStart(2, '0')}: - ${text}\n`)
    .join('');
}

function fieldText({ bytes, texts }: SmbiosStructure, at: number, kind: string): string {
  const number = (size: number) => Number(integerAt(bytes, at, size));
  const named = values[kind];
  if (named) return named[number(1)] || hex(number(1), 2);
  if (kind === 'text') return texts[number(1) - 1] ?? '';
  if (kind.startsWith('hex')) {
    const size = Number(kind.slice(3));
    return hex(integerAt(bytes, at, size), size * 2);
  }
  if (kind.startsWith('number')) return String(number(Number(kind.slice(6))));
  const shown: Readonly<Record<string, () => Value>> = {
    rom: () => hex((number(1) + 1) * ROM_UNIT),
    mhz: () => `${number(2)}MHz`,
    width: () => `${number(2)} bits`,
    kilobytes: () => `${number(4)}KB`,
    size: () => sizeText(bytes, number(2)),
    uuid: () => uuidText(bytes.subarray(at, at + 16)),
  };
  return String(shown[kind]?.() ?? '');
}

function sizeText(bytes: Uint8Array, word: number): string {
  if (word === 0) return 'Not Installed';
  if (word === SIZE.unknown) return 'Unknown';
  if (word === SIZE.large) return `${integerAt(bytes, SIZE.largeAt, 4)}MB`;
  return word & SIZE.inKilobytes ? `${word & ~SIZE.inKilobytes}KB` : `${word}MB`;
}

/** A GUID as it is written: its first three parts are numbers. */
function uuidText(bytes: Uint8Array): string {
  const part = (at: number, size: number) => hex(integerAt(bytes, at, size), size * 2);
  const rest = [...bytes.subarray(8)].map((byte) => hex(byte, 2)).join('');
  return `${part(0, 4)}-${part(4, 2)}-${part(6, 2)}-${rest.slice(0, 4)}-${rest.slice(4)}`;
}

/** An integer; what lies behind the end of the structure counts as zero. */
function integerAt(bytes: Uint8Array, at: number, size: number): bigint {
  const view = viewOf(bytes);
  let value = 0n;
  for (let i = size - 1; i >= 0; i--)
    value = (value << 8n) | BigInt(at + i < bytes.length ? view.getUint8(at + i) : 0);
  return value;
}
