import { hex } from '../../format/numbers.js';
import { objectAt, objectPath } from '../../kernel/objects.js';
import { MemoryError } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { MAJOR_FUNCTIONS } from './drivers.js';
import names from './io-names.json' with { type: 'json' };

const IO_TYPE_IRP = 6;
/** No request has more stack locations. */
export const MOST_LOCATIONS = 64;
/** What every kind of request keeps in its own way. */
export const ARGUMENTS = [1, 2, 3, 4].map((number) => `Parameters.Others.Argument${number}`);

const minorFunctions: Readonly<Record<string, Readonly<Record<string, string>>>> = names.minorFunctions;

/** Bits of IO_STACK_LOCATION.Control. Source: WDK, wdm.h (SL_*). */
const CONTROL: readonly [number, string][] = [
  [0x40, 'Success'],
  [0x80, 'Error'],
  [0x20, 'Cancel'],
  [0x01, 'pending'],
];

/** An IRP says so, and how large it is with its stack locations. */
export function isIrp(session: Session, view: TypedView): boolean {
  const count = view.number('StackCount');
  const least = view.type.size + count * session.struct('_IO_STACK_LOCATION').size;
  return view.number('Type') === IO_TYPE_IRP && view.number('Size') >= least;
}

/** Stack locations of a request, the lowest driver's first. */
export function locationsOf(session: Session, irp: TypedView): TypedView[] {
  const size = session.struct('_IO_STACK_LOCATION').size;
  const first = irp.address + BigInt(irp.type.size);
  return Array.from(
    { length: Math.min(irp.number('StackCount'), MOST_LOCATIONS) },
    (_, i) => new TypedView(session, '_IO_STACK_LOCATION', first + BigInt(i * size)),
  );
}

/** A request as `!irp` shows it. @param isDetailed with the fields of the IRP itself */
export function irpText(session: Session, view: TypedView, isDetailed: boolean): string {
  const count = view.number('StackCount');
  const current = view.number('CurrentLocation');
  const locations = locationsOf(session, view);
  const at = locations[current - 1]?.address;
  const state =
    current > count
      ? `Irp is complete (CurrentLocation ${current} > StackCount ${count})`
      : `Irp is active with ${count} stacks ${current} is current (= 0x${hex(at ?? 0n, 16)})`;
  const address = (field: string, none: string, some: string) => {
    const value = view.value(field);
    return value === 0n ? none : `${some}=${hex(value, 16)}`;
  };
  const pending = view.value('PendingReturned') === 0n ? '' : '  Pending has been returned';
  return (
    `${state}\n ${address('MdlAddress', 'No Mdl', 'Mdl')}: ` +
    `${address('AssociatedIrp.SystemBuffer', 'No System Buffer', 'System buffer')}: ` +
    `Thread ${hex(view.value('Tail.Overlay.Thread'), 16)}:  Irp stack trace.${pending}  \n` +
    (isDetailed ? detailsText(view) : '') +
    '     cmd  flg cl Device   File     Completion-Context\n' +
    locations.map((location, i) => locationText(session, location, i + 1 === current)).join('')
  );
}

/** Fields of the IRP in the order in which WinDbg tells them, with the digits that each has. */
const DETAILS: readonly [field: string, digits: number][] = [
  ['Flags', 8],
  ['ThreadListEntry.Flink', 16],
  ['ThreadListEntry.Blink', 16],
  ['IoStatus.Status', 8],
  ['IoStatus.Information', 8],
  ['RequestorMode', 8],
  ['Cancel', 2],
  ['CancelIrql', 1],
  ['ApcEnvironment', 2],
  ['UserIosb', 16],
  ['UserEvent', 16],
  ['Overlay.AsynchronousParameters.UserApcRoutine', 16],
  ['Overlay.AsynchronousParameters.UserApcContext', 16],
  ['Overlay.AllocationSize.QuadPart', 16],
  ['CancelRoutine', 16],
  ['UserBuffer', 16],
  ['Tail.Overlay.Thread', 16],
  ['Tail.Overlay.AuxiliaryBuffer', 16],
  ['Tail.Overlay.ListEntry.Flink', 16],
  ['Tail.Overlay.ListEntry.Blink', 16],
  ['Tail.Overlay.CurrentStackLocation', 16],
  ['Tail.Overlay.OriginalFileObject', 16],
];

function detailsText(view: TypedView): string {
  return DETAILS.filter(([field]) => view.has(field))
    .map(([field, digits]) => {
      const value = BigInt.asUintN(digits <= 8 ? 32 : 64, view.value(field));
      return `${field.replace(/\.QuadPart$/, '')} = ${hex(value, digits)}\n`;
    })
    .join('');
}

function locationText(session: Session, view: TypedView, isCurrent: boolean): string {
  const major = view.number('MajorFunction');
  const minor = view.number('MinorFunction');
  const device = view.value('DeviceObject');
  const routine = view.value('CompletionRoutine');
  const control = view.number('Control');
  const invoked = CONTROL.filter(([bit]) => control & bit).map(([, name]) => name);
  const isUnused = device === 0n && major === 0;
  const name = isUnused ? 'N/A' : `IRP_MJ_${MAJOR_FUNCTIONS[major] ?? 'UNKNOWN'}`;
  const minorName = isUnused ? 'N/A' : minorText(major, minor);
  const symbol = routine === 0n ? '' : session.symbolText(routine);
  return (
    `${isCurrent ? '>' : ' '}[${name}(${hex(major)}), ${minorName}(${hex(minor)})]\n` +
    `           ${hex(view.number('Flags')).padStart(2)} ${hex(control).padStart(2)} ${hex(device, 16)} ` +
    `${hex(view.value('FileObject'), 16)} ${hex(routine, 16)}-${hex(view.value('Context'), 16)} ${invoked.join(' ')}\n` +
    `           ${`${driverName(session, device)} ${symbol}`.trim()}\n` +
    `            Args: ${ARGUMENTS.map((path) => hex(view.value(path), 8)).join(' ')}\n`
  );
}

/** IRP_MN_* of a major function; most have none. */
function minorText(major: number, minor: number): string {
  const name = minorFunctions[MAJOR_FUNCTIONS[major] ?? '']?.[hex(minor)];
  return name === undefined ? 'N/A' : `IRP_MN_${name}`;
}

/** Path of the driver that a device belongs to; '' for none. */
export function driverName(session: Session, device: bigint): string {
  if (device === 0n) return '';
  try {
    const driver = new TypedView(session, '_DEVICE_OBJECT', device).value('DriverObject');
    return objectPath(session, objectAt(session, driver));
  } catch (error) {
    if (error instanceof MemoryError) return '';
    throw error;
  }
}
