import { hex } from '../../format/numbers.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd } from '../refuse.js';
import names from './error-names.json' with { type: 'json' };
import texts from './error-texts.json' with { type: 'json' };

type Names = Readonly<Record<string, string>>;
const ntstatus: Names = names.ntstatus;
const win32: Names = names.win32;
const hresult: Names = names.hresult;
const explanations: Names = texts;

/** NTSTATUS and HRESULT with this bit are errors or warnings; no error of Win32 has it. */
const FAILED = 0x80000000;
/** HRESULTs of this facility carry an error of Win32 in their lower half. Source: [MS-ERREF], 2.1. */
const FACILITY_WIN32 = 0x8007;
const AS_NTSTATUS = 1n;

/** `!error`: what an error of Windows is called. */
export const error: Command = {
  names: ['!error'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const code = Number(rest.value() & 0xffffffffn) >>> 0;
    const flags = rest.optionalValue() ?? 0n;
    expectEnd('!error', rest);
    if (flags > AS_NTSTATUS)
      throw new CommandError(`!error knows one flag, 1: the code is an NTSTATUS. ${hex(flags)} is not.\n`);
    print(`Error code: ${flags === AS_NTSTATUS ? statusText(code) : anyText(code)}\n`);
  },
};

/** As the flag asks for it: the name alone. */
function statusText(code: number): string {
  return `(NTSTATUS) 0x${hex(code)} - ${named(ntstatus[hex(code, 8)])}`;
}

function anyText(code: number): string {
  const shown = `0x${hex(code)} (${code})`;
  const status = ntstatus[hex(code, 8)];
  if (code < FAILED) {
    const name = win32[String(code)];
    return name === undefined && status !== undefined
      ? `(NTSTATUS) ${shown} - ${named(status)}`
      : `(Win32) ${shown} - ${named(name)}`;
  }
  if (status !== undefined) return `(NTSTATUS) ${shown} - ${named(status)}`;
  const of =
    hresult[hex(code, 8)] ?? (code >>> 16 === FACILITY_WIN32 ? win32[String(code & 0xffff)] : undefined);
  return `(HRESULT) ${shown} - ${named(of)}`;
}

function named(name: string | undefined): string {
  if (name === undefined) return '<Unable to get error code text>';
  const text = explanations[name];
  return text === undefined ? name : `${name}: ${text}`;
}
