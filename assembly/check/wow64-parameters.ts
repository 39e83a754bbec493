// Process parameters as 32-bit code sees them, against those of the 64-bit block: the same numbers and texts. Pages of
// user mode may have left memory: of those the check says nothing.
import { Rule } from '../generated/rules';
import {
  CURDIR,
  CURDIR32,
  RTL_USER_PROCESS_PARAMETERS,
  RTL_USER_PROCESS_PARAMETERS32,
  STRING32,
  UNICODE_STRING,
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { expect } from './expect';
import { mapped, peek16, value } from './memory';
import { broken, disagreeAt, NO_FIELD } from './report';

/** Checks a process's. */
export function checkWow64Parameters(parameters: u64, copy: u64): void {
  if (!mapped(parameters) || !mapped(parameters + offsetOf(RTL_USER_PROCESS_PARAMETERS.SIZE) - 1)) return;
  if (!mapped(copy) || !mapped(copy + offsetOf(RTL_USER_PROCESS_PARAMETERS32.SIZE) - 1)) return;
  const rule = Rule.Wow64ParametersAgree;
  const flags = value(parameters, RTL_USER_PROCESS_PARAMETERS.Flags);
  expect(rule, copy, RTL_USER_PROCESS_PARAMETERS32.Flags, flags);
  const environment = value(parameters, RTL_USER_PROCESS_PARAMETERS.EnvironmentSize);
  expect(rule, copy, RTL_USER_PROCESS_PARAMETERS32.EnvironmentSize, environment);
  sameText(
    value(copy, RTL_USER_PROCESS_PARAMETERS32.Environment),
    value(parameters, RTL_USER_PROCESS_PARAMETERS.Environment),
    environment,
  );
  sameString(
    copy + offsetOf(RTL_USER_PROCESS_PARAMETERS32.CurrentDirectory) + offsetOf(CURDIR32.DosPath),
    parameters + offsetOf(RTL_USER_PROCESS_PARAMETERS.CurrentDirectory) + offsetOf(CURDIR.DosPath),
  );
  sameString(
    copy + offsetOf(RTL_USER_PROCESS_PARAMETERS32.DllPath),
    parameters + offsetOf(RTL_USER_PROCESS_PARAMETERS.DllPath),
  );
  sameString(
    copy + offsetOf(RTL_USER_PROCESS_PARAMETERS32.ImagePathName),
    parameters + offsetOf(RTL_USER_PROCESS_PARAMETERS.ImagePathName),
  );
  sameString(
    copy + offsetOf(RTL_USER_PROCESS_PARAMETERS32.CommandLine),
    parameters + offsetOf(RTL_USER_PROCESS_PARAMETERS.CommandLine),
  );
  sameString(
    copy + offsetOf(RTL_USER_PROCESS_PARAMETERS32.DesktopInfo),
    parameters + offsetOf(RTL_USER_PROCESS_PARAMETERS.DesktopInfo),
  );
}

function sameString(string32: u64, string: u64): void {
  if (broken()) return;
  const bytes = value(string, UNICODE_STRING.Length);
  if (!expect(Rule.Wow64ParametersAgree, string32, STRING32.Length, bytes)) return;
  sameText(value(string32, STRING32.Buffer), value(string, UNICODE_STRING.Buffer), bytes);
}

function sameText(copy: u64, text: u64, bytes: u64): void {
  for (let i: u64 = 0; i < bytes && !broken(); i += 2) {
    if (!mapped(copy + i) || !mapped(text + i)) continue;
    const expected = peek16(text + i);
    const found = peek16(copy + i);
    if (found != expected) disagreeAt(Rule.Wow64ParametersAgree, NO_FIELD, copy + i, expected, found);
  }
}
