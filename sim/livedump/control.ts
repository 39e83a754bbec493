// SYSDBG_LIVEDUMP_CONTROL as bytes: what NtSystemDebugControl(SysDbgGetLiveKernelDump) gets, whoever asks.
import controlData from '../profiles/formats/live-dump-control.json';
import { LiveDumpError } from './status.js';

const {
  SYSDBG_LIVEDUMP_CONTROL: CONTROL,
  SYSDBG_LIVEDUMP_SELECTIVE_CONTROL: SELECTIVE,
  flags: FLAGS,
} = controlData;

type ControlField = keyof typeof CONTROL.fields;
type SelectiveField = keyof typeof SELECTIVE.fields;
type FlagField = keyof typeof FLAGS;

/** The control block's values. */
export type ControlValues = Record<ControlField, bigint>;

/** What the kernel sees of the process that calls. */
export interface Caller {
  /** Holds SeDebugPrivilege. */
  readonly isAdministrator: boolean;
  readonly handles: ReadonlyMap<bigint, 'File' | 'Event'>;
  /** Memory of the process that the call may point to, and the address of its first byte. */
  readonly memory: Uint8Array;
  readonly address: bigint;
}

/** A parsed call: its control block, and whether only threads' kernel stacks are asked for. */
export interface ParsedControl {
  readonly values: ControlValues;
  readonly threadKernelStacks: boolean;
}

interface Field {
  offset: number;
  bytes: number;
}

/** The bit of a flag in the control blocks. */
export function flagBit(field: FlagField, flag: string): bigint {
  return BigInt((FLAGS[field] as Readonly<Record<string, number>>)[flag]!);
}

/** Size of a control block of a version, bytes; `undefined` when there is no such version. */
export function controlSize(version: number): number | undefined {
  return (CONTROL.sizes as Readonly<Record<string, number>>)[version];
}

/** Writes a control block of the version that `values` say, and behind it the selective one when it is asked for. */
export function encodeControl(
  address: bigint,
  values: Partial<ControlValues> & { Version: bigint },
  selectiveFlags?: bigint,
): { length: number; memory: Uint8Array } {
  const length = controlSize(Number(values.Version))!;
  const memory = new Uint8Array(length + (selectiveFlags === undefined ? 0 : SELECTIVE.size));
  const all: Partial<ControlValues> = {
    ...values,
    ...(selectiveFlags !== undefined && { SelectiveControl: address + BigInt(length) }),
  };
  for (const [name, value] of Object.entries(all) as [ControlField, bigint][])
    put(memory, 0, CONTROL.fields[name], value);
  if (selectiveFlags === undefined) return { length, memory };
  put(memory, length, SELECTIVE.fields.Version, BigInt(SELECTIVE.version));
  put(memory, length, SELECTIVE.fields.Size, BigInt(SELECTIVE.size));
  put(memory, length, SELECTIVE.fields.Flags, selectiveFlags);
  return { length, memory };
}

/**
 * Reads and checks the control block at the start of the caller's memory as the kernel does.
 * @param length what the caller says is the block's length
 * @throws LiveDumpError with the status of the first thing that is wrong
 */
export function parseControl(caller: Caller, length: number): ParsedControl {
  if (length < CONTROL.fields.Version.bytes || length > caller.memory.length)
    throw new LiveDumpError('lengthMismatch', `It has ${length} bytes.`);
  const version = Number(take(caller.memory, 0, CONTROL.fields.Version));
  const size = controlSize(version);
  if (size === undefined) throw wrong(`There is no version ${version}.`);
  if (length !== size)
    throw new LiveDumpError('lengthMismatch', `It has ${length} bytes instead of ${size}.`);
  const values = Object.fromEntries(
    Object.entries(CONTROL.fields).map(([name, field]) => [
      name,
      field.offset < size ? take(caller.memory, 0, field) : 0n,
    ]),
  ) as ControlValues;
  checkBits('Flags', values.Flags);
  checkBits('AddPagesControl', values.AddPagesControl);
  checkHandles(caller, values);
  const { HypervisorPages, NonEssentialHypervisorPages } = FLAGS.AddPagesControl;
  const pages = Number(values.AddPagesControl);
  if (pages & NonEssentialHypervisorPages && !(pages & HypervisorPages))
    throw wrong('NonEssentialHypervisorPages is set without HypervisorPages.');
  const isSelective = (values.Flags & flagBit('Flags', 'SelectiveDump')) !== 0n;
  const threadKernelStacks = isSelective && parseSelective(caller, version, values);
  const unsupported = flagBit('Flags', 'UseDumpStorageStack') | flagBit('Flags', 'CompressMemoryPagesData');
  if ((values.Flags & unsupported) !== 0n) throw new LiveDumpError('notSupported');
  return { values, threadKernelStacks };
}

function parseSelective(caller: Caller, version: number, { SelectiveControl }: ControlValues): boolean {
  if (version < 2)
    throw wrong('SelectiveDump is set in a block of version 1, which cannot say what to select.');
  if (SelectiveControl === 0n) throw wrong('SelectiveDump is set, but SelectiveControl is null.');
  const offset = SelectiveControl - caller.address;
  if (offset < 0n || offset + BigInt(SELECTIVE.size) > BigInt(caller.memory.length))
    throw new LiveDumpError('badPointer');
  const field = (name: SelectiveField): bigint => take(caller.memory, Number(offset), SELECTIVE.fields[name]);
  if (field('Version') !== BigInt(SELECTIVE.version))
    throw wrong(`There is no selective control of version ${field('Version')}.`);
  if (field('Size') !== BigInt(SELECTIVE.size))
    throw new LiveDumpError('lengthMismatch', `Its selective control says ${field('Size')} bytes.`);
  checkBits('SelectiveFlags', field('Flags'));
  if (field('Flags') === 0n) throw wrong('SelectiveDump is set, but nothing is selected.');
  for (const name of ['Reserved1', 'Reserved2', 'Reserved3', 'Reserved4'] as const)
    if (field(name) !== 0n) throw wrong('A reserved member of the selective control is not 0.');
  return true;
}

function checkHandles({ handles }: Caller, { DumpFileHandle, CancelEventHandle }: ControlValues): void {
  if (handles.get(DumpFileHandle) !== 'File') throw new LiveDumpError('invalidHandle');
  if (CancelEventHandle !== 0n && handles.get(CancelEventHandle) !== 'Event')
    throw new LiveDumpError('invalidHandle');
}

function checkBits(field: FlagField, value: bigint): void {
  const known = Object.values(FLAGS[field]).reduce((bits, bit) => bits | bit, 0);
  const unknown = value & ~BigInt(known);
  if (unknown !== 0n) throw wrong(`${field} has the unknown bits 0x${unknown.toString(16)}.`);
}

function wrong(detail: string): LiveDumpError {
  return new LiveDumpError('invalidParameter', detail);
}

function put(memory: Uint8Array, base: number, { offset, bytes }: Field, value: bigint): void {
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  if (bytes === 8) view.setBigUint64(base + offset, value, true);
  else view.setUint32(base + offset, Number(value), true);
}

function take(memory: Uint8Array, base: number, { offset, bytes }: Field): bigint {
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  return bytes === 8 ? view.getBigUint64(base + offset, true) : BigInt(view.getUint32(base + offset, true));
}
