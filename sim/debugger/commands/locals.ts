import { address as shownAddress } from '../format/numbers.js';
import type { Cursor } from '../pdb/cursor.js';
import { S, symbolRecords } from '../pdb/symbol-records.js';
import type { Session } from '../session.js';
import { typeText } from '../types/type-text.js';
import { valueText } from '../types/value-text.js';
import type { Type } from '../types/type.js';
import { Arguments } from './arguments.js';
import { CommandError, type Command } from './command.js';

/** A local variable or parameter, and where it lies. */
export interface Local {
  name: string;
  type: Type;
  address: bigint;
  isParameter: boolean;
}

const NO_PRIVATE =
  'Unable to enumerate locals, Win32 error 0n87\nPrivate symbols (symbols.pri) are required for locals.\nType ".hh dbgerr005" for details.\n';
/** Register numbers of CodeView for x64. Source: LLVM, CodeView/CodeViewRegisters.def. */
const REGISTERS: Readonly<Record<number, string>> = { 334: 'rbp', 335: 'rsp', 341: 'r13' };
const PARAMETER_FLAG = 1; // of S_LOCAL
const MOST_LOCALS = 0x1000;

/** `dv`: locals of the current frame. */
export const locals: Command = {
  names: ['dv'],
  run({ session, print }, args) {
    const options = new Arguments(session, args).options().join('');
    const found = localsOf(session, session.scope.frame);
    if (!found) throw new CommandError(NO_PRIVATE);
    for (const local of found) {
      const where = options.includes('v') ? `${shownAddress(local.address)} ` : '';
      const type = options.includes('t') ? `${typeText(local.type)} ` : '';
      const name = `${type}${local.name}`;
      print(`${where}${options.includes('t') ? name : name.padStart(15)} = ${readable(session, local)}\n`);
    }
  },
};

function readable(session: Session, { type, address }: Local): string {
  try {
    return valueText(session.memory, type, address);
  } catch {
    return `<Memory access error>`;
  }
}

/** Locals of a frame; `undefined` without private symbols. */
export function localsOf(session: Session, frameNumber: number): Local[] | undefined {
  const frame = session.frames(frameNumber + 1)[frameNumber];
  const found = frame && session.symbolAt(frame.context.rip);
  const scope = found?.symbol?.scope;
  const pdb = found?.module.symbols?.pdb;
  if (!frame || !scope || !pdb) return undefined;
  const { stream, symbolBytes } = pdb.dbi.compilands[scope.compiland]!;
  const locals: Local[] = [];
  const register = (number: number) => {
    const name = REGISTERS[number];
    return name === undefined ? undefined : frame.context.registers[name as 'rsp'];
  };
  let open: { name: string; type: Type; isParameter: boolean } | undefined;
  for (const { kind, cursor, offset } of symbolRecords(pdb.msf.stream(stream!), scope.offset, symbolBytes)) {
    if (locals.length > MOST_LOCALS || (kind === S.END && offset > scope.offset)) break;
    if (kind === S.REGREL32) {
      const at = cursor.i32();
      const type = pdb.types.type(cursor.u32());
      const base = register(cursor.u16());
      if (base !== undefined)
        locals.push({ name: cursor.text(), type, address: base + BigInt(at), isParameter: at > 0 });
    } else if (kind === S.LOCAL) {
      const type = pdb.types.type(cursor.u32());
      open = { type, isParameter: (cursor.u16() & PARAMETER_FLAG) !== 0, name: cursor.text() };
    } else if (open) {
      const address = rangeAddress(kind, cursor, register);
      if (address !== undefined) locals.push({ ...open, address });
      open = undefined;
    }
  }
  return locals;
}

function rangeAddress(
  kind: number,
  cursor: Cursor,
  register: (number: number) => bigint | undefined,
): bigint | undefined {
  if (kind === S.DEFRANGE_FRAMEPOINTER_REL || kind === S.DEFRANGE_FRAMEPOINTER_REL_FULL_SCOPE) {
    const base = register(335);
    return base === undefined ? undefined : base + BigInt(cursor.i32());
  }
  if (kind !== S.DEFRANGE_REGISTER_REL) return undefined;
  const base = register(cursor.u16());
  cursor.skip(2);
  return base === undefined ? undefined : base + BigInt(cursor.i32());
}

/** Value of a parameter as `kp` shows it. */
export function parameterText(session: Session, local: Local): string {
  try {
    return `${typeText(local.type)} ${local.name} = ${valueText(session.memory, local.type, local.address)}`;
  } catch {
    return `${typeText(local.type)} ${local.name} = <Memory access error>`;
  }
}
