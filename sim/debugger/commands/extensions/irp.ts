import { hex } from '../../format/numbers.js';
import { listEntries } from '../../kernel/lists.js';
import { objectAt, objectPath } from '../../kernel/objects.js';
import { activeProcesses, imageName, threadsOf } from '../../kernel/processes.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd, expectNoOption, refuse } from '../refuse.js';
import { MAJOR_FUNCTIONS } from './drivers.js';

const IO_TYPE_IRP = 6;

/** `!irp`: an I/O request. */
export const irp: Command = {
  names: ['!irp'],
  run({ session, print }, args) {
    const at = new Arguments(session, args).value();
    const view = new TypedView(session, '_IRP', at);
    if (view.number('Type') !== IO_TYPE_IRP)
      throw new CommandError(`IRP signature does not match, probably not an IRP\n`);
    const count = view.number('StackCount');
    const current = view.number('CurrentLocation');
    const size = session.struct('_IO_STACK_LOCATION').size;
    const first = at + BigInt(session.struct('_IRP').size);
    const location = (number: number) => first + BigInt((number - 1) * size);
    const complete =
      current > count
        ? 'Irp is complete'
        : `Irp is active with ${count} stacks ${current} is current (= 0x${hex(location(current), 16)})`;
    const thread = view.value('Tail.Overlay.Thread');
    print(
      `${complete}\n ${view.value('MdlAddress') === 0n ? 'No Mdl' : `Mdl=${hex(view.value('MdlAddress'), 16)}`}: `,
    );
    const buffer = view.value('AssociatedIrp.SystemBuffer');
    print(
      `${buffer === 0n ? 'No System Buffer' : `System buffer=${hex(buffer, 16)}`}: Thread ${hex(thread, 16)}:  Irp stack trace.\n`,
    );
    print('     cmd  flg cl Device   File     Completion-Context\n');
    for (let number = 1; number <= Math.min(count, 64); number++)
      print(
        locationText(
          session,
          new TypedView(session, '_IO_STACK_LOCATION', location(number)),
          number === current,
        ),
      );
  },
};

/** Bits of IO_STACK_LOCATION.Control. Source: WDK, wdm.h (SL_*). */
const CONTROL: readonly [number, string][] = [
  [0x40, 'Success'],
  [0x80, 'Error'],
  [0x20, 'Cancel'],
  [0x01, 'pending'],
];

/** What every kind of request keeps in its own way. */
const ARGUMENTS = [1, 2, 3, 4].map((number) => `Parameters.Others.Argument${number}`);

function locationText(session: Session, view: TypedView, isCurrent: boolean): string {
  const major = view.number('MajorFunction');
  const minor = view.number('MinorFunction');
  const device = view.value('DeviceObject');
  const routine = view.value('CompletionRoutine');
  const control = view.number('Control');
  const invoked = CONTROL.filter(([bit]) => control & bit).map(([, name]) => name);
  const mark = isCurrent ? '>' : ' ';
  const name = device === 0n && major === 0 ? 'N/A' : `IRP_MJ_${MAJOR_FUNCTIONS[major] ?? 'UNKNOWN'}`;
  const driver =
    device === 0n
      ? ''
      : objectPath(
          session,
          objectAt(session, new TypedView(session, '_DEVICE_OBJECT', device).value('DriverObject')),
        );
  return (
    `${mark}[${name}(${hex(major)}), N/A(${hex(minor)})]\n` +
    `           ${String(view.number('Flags')).padStart(2)} ${hex(control, 2)} ${hex(device, 16)} ${hex(view.value('FileObject'), 16)} ` +
    `${hex(routine, 16)}-${hex(view.value('Context'), 16)} ${invoked.join(' ')}\n` +
    `           ${driver.padEnd(24)}${routine === 0n ? '' : session.symbolText(routine)}\n` +
    `            Args: ${ARGUMENTS.map((path) => hex(view.value(path), 8)).join(' ')}\n`
  );
}

/** `!irpfind`: requests that threads have outstanding. */
export const irpFind: Command = {
  names: ['!irpfind'],
  run({ session, print }, args) {
    const { from, fits } = irpQuestion(session, args);
    print('   Irp             [ Thread ]         irpStack: (Mj,Mn)   DevObj            [Driver]  Process\n');
    for (const owner of activeProcesses(session))
      for (const thread of threadsOf(session, owner))
        for (const request of listEntries(session, thread.at('IrpList'), '_IRP', 'ThreadListEntry'))
          if (request.address >= from && fits(request))
            print(requestText(session, request, thread.address, imageName(session, owner)));
  },
};

/** What `!irpfind` can look for in a request. Source: Microsoft, "!irpfind". */
const CRITERIA: Readonly<Record<string, (session: Session, irp: TypedView, data: bigint) => boolean>> = {
  arg: (session, irp, data) =>
    locationsOf(session, irp).some((location) => ARGUMENTS.some((path) => location.value(path) === data)),
  device: (session, irp, data) =>
    locationsOf(session, irp).some((location) => location.value('DeviceObject') === data),
  fileobject: (_, irp, data) => irp.value('Tail.Overlay.OriginalFileObject') === data,
  mdlprocess: (session, irp, data) => {
    const mdl = irp.value('MdlAddress');
    return mdl !== 0n && new TypedView(session, '_MDL', mdl).value('Process') === data;
  },
  thread: (_, irp, data) => irp.value('Tail.Overlay.Thread') === data,
  userevent: (_, irp, data) => irp.value('UserEvent') === data,
};
const MOST_LOCATIONS = 64;

function locationsOf(session: Session, irp: TypedView): TypedView[] {
  const size = session.struct('_IO_STACK_LOCATION').size;
  const first = irp.address + BigInt(irp.type.size);
  return Array.from(
    { length: Math.min(irp.number('StackCount'), MOST_LOCATIONS) },
    (_, i) => new TypedView(session, '_IO_STACK_LOCATION', first + BigInt(i * size)),
  );
}

/** `[POOL [FROM [CRITERION DATA]]]`: requests are in nonpaged pool, 0. */
function irpQuestion(session: Session, args: string): { from: bigint; fits: (irp: TypedView) => boolean } {
  const rest = new Arguments(session, args);
  expectNoOption('!irpfind', rest);
  const pool = rest.optionalValue() ?? 0n;
  if (pool !== 0n) refuse('!irpfind', 'A pool other than the nonpaged one, 0,');
  const from = rest.optionalValue() ?? 0n;
  const name = rest.word()?.toLowerCase();
  if (name === undefined) return { from, fits: () => true };
  const fits = Object.hasOwn(CRITERIA, name) ? CRITERIA[name] : undefined;
  if (!fits)
    throw new CommandError(`${name} is no criterion of !irpfind: ${Object.keys(CRITERIA).join(', ')}.\n`);
  const data = rest.value();
  expectEnd('!irpfind', rest);
  return { from, fits: (irp) => fits(session, irp, data) };
}

function requestText(session: Session, request: TypedView, thread: bigint, owner: string): string {
  const [at, count] = [request.number('CurrentLocation'), request.number('StackCount')];
  if (at > count)
    return `${hex(request.address, 16)} [${hex(thread, 16)}] Irp is complete (CurrentLocation ${at} > StackCount ${count})  ${owner}\n`;
  const current = request.value('Tail.Overlay.CurrentStackLocation');
  const location = new TypedView(session, '_IO_STACK_LOCATION', current);
  const device = location.value('DeviceObject');
  const driver =
    device === 0n
      ? ''
      : objectPath(
          session,
          objectAt(session, new TypedView(session, '_DEVICE_OBJECT', device).value('DriverObject')),
        );
  const codes = `(${hex(location.number('MajorFunction')).padStart(2)},${hex(location.number('MinorFunction')).padStart(2)})`;
  return `${hex(request.address, 16)} [${hex(thread, 16)}] irpStack: ${codes}  ${hex(device, 16)} [${driver}]  ${owner}\n`;
}
