import { hex } from '../../format/numbers.js';
import { ExpressionError } from '../../expressions/scanner.js';
import { objectAt, objectByPath, objectPath } from '../../kernel/objects.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd, expectNoOption, refuseFlags } from '../refuse.js';
import { deviceText, isOfType } from './devices.js';
import names from './io-names.json' with { type: 'json' };

/** Bits of the flags of `!drvobj`. Source: the debugger's documentation. */
const FLAG = { devices: 1, routines: 2, details: 4 };
const IO_TYPE_DRIVER = 4;
const MOST_DEVICES = 0x1000;
const DEVICES_A_LINE = 4;

/** Names of IRP_MJ codes in their order. */
export const MAJOR_FUNCTIONS: readonly string[] = names.majorFunctions;

/** `!drvobj`: a driver object. */
export const driverObject: Command = {
  names: ['!drvobj'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    expectNoOption('!drvobj', rest);
    const name = rest.word();
    if (name === undefined) throw new ExpressionError('Numeric expression missing from', '');
    const flags = Number(rest.optionalValue() ?? BigInt(FLAG.devices));
    expectEnd('!drvobj', rest);
    refuseFlags('!drvobj', flags, FLAG.devices | FLAG.routines | FLAG.details);
    const at = driverNamed(session, name);
    if (at === undefined) throw new CommandError(`Driver object ${name} not found\n`);
    if (!isOfType(session, '_DRIVER_OBJECT', at, IO_TYPE_DRIVER))
      throw new CommandError(`${hex(at, 16)}: is not a driver object\n`);
    const driver = new TypedView(session, '_DRIVER_OBJECT', at);
    print(`Driver object (${hex(at, 16)}) is for:\n ${objectPath(session, objectAt(session, at))}\n\n`);
    if (flags & FLAG.devices) {
      const devices = devicesOf(session, driver);
      print('Driver Extension List: (id , addr)\n\nDevice Object list:\n');
      if (flags & FLAG.details) for (const device of devices) print(`\n${deviceText(session, device)}`);
      else
        for (let i = 0; i < devices.length; i += DEVICES_A_LINE)
          print(`${devices.slice(i, i + DEVICES_A_LINE).map((device) => hex(device, 16)).join('  ')}\n`); // prettier-ignore
      print('\n');
    }
    if (flags & FLAG.routines) print(dispatchText(session, driver) + fastRoutinesText(session, driver));
  },
};

/** By address, or by a name that may lack `\Driver\`. `undefined` when there is none of the name. */
function driverNamed(session: Session, name: string): bigint | undefined {
  if (name.startsWith('\\')) return objectByPath(session, name);
  if (!/^[A-Za-z_][\w-]*$/.test(name)) return new Arguments(session, name).value();
  const named = objectByPath(session, `\\Driver\\${name}`) ?? objectByPath(session, `\\FileSystem\\${name}`);
  try {
    return named ?? new Arguments(session, name).value();
  } catch (error) {
    if (error instanceof ExpressionError) return undefined; // neither a driver nor a number
    throw error;
  }
}

function devicesOf(session: Session, driver: TypedView): bigint[] {
  const devices: bigint[] = [];
  const seen = new Set<bigint>();
  for (let at = driver.value('DeviceObject'); at !== 0n && !seen.has(at) && devices.length < MOST_DEVICES;) {
    seen.add(at);
    devices.push(at);
    at = new TypedView(session, '_DEVICE_OBJECT', at).value('NextDevice');
  }
  return devices;
}

function routineText(session: Session, at: bigint): string {
  return `${hex(at, 16)}\t${session.symbolText(at)}`;
}

function dispatchText(session: Session, driver: TypedView): string {
  const routine = (field: string) => routineText(session, driver.value(field));
  const extension = driver.value('DriverExtension');
  const add =
    extension === 0n ? 0n : new TypedView(session, '_DRIVER_EXTENSION', extension).value('AddDevice');
  const head =
    `DriverEntry:   ${routine('DriverInit')}\nDriverStartIo: ${routine('DriverStartIo')}\n` +
    `DriverUnload:  ${routine('DriverUnload')}\nAddDevice:     ${routineText(session, add)}\n\nDispatch routines:\n`;
  const rows = MAJOR_FUNCTIONS.map(
    (name, i) => `[${hex(i, 2)}] ${`IRP_MJ_${name}`.padEnd(35)}${routine(`MajorFunction[${i}]`)}\n`,
  );
  return `${head}${rows.join('')}\n`;
}

/** Routines that file systems and network transports have for requests without an IRP. */
function fastRoutinesText(session: Session, driver: TypedView): string {
  const at = driver.value('FastIoDispatch');
  if (at === 0n) return '';
  const table = new TypedView(session, '_FAST_IO_DISPATCH', at);
  const rows = table.type.fields
    .filter(({ type, name }) => type.kind === 'pointer' && table.value(name) !== 0n)
    .map(({ name }) => `${name.padEnd(40)}${routineText(session, table.value(name))}\n`);
  return rows.length === 0 ? '' : `Fast I/O routines:\n${rows.join('')}\n`;
}
