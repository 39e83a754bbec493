// What 32-bit code is told of its start: the process parameters again, with pointers of 32 bits, in memory of their own.
import {
  CURDIR,
  CURDIR32,
  EPROCESS,
  EWOW64PROCESS,
  PEB,
  PEB32,
  RTL_USER_PROCESS_PARAMETERS,
  RTL_USER_PROCESS_PARAMETERS32,
  STRING32,
  UNICODE_STRING,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { PAGE_SIZE } from '../../memory/arena';
import { at, getField, read16, setField, write16 } from '../../memory/virtual';
import { PROTECT_READ_WRITE } from '../sections/protection';
import { addPrivateVad } from '../sections/vad';
import { Arena, takeAddresses, touchZeroed } from './user-memory';

let next: u64 = 0; // where the next text goes

/** Copies the parameters of the attached process, which are there, to where its 32-bit block leads to them. */
export function createWow64Parameters(process: u64): void {
  const parameters = getField(getField(process, EPROCESS.Peb), PEB.ProcessParameters);
  const environment = getField(parameters, RTL_USER_PROCESS_PARAMETERS.EnvironmentSize);
  const ends = offsetOf(RTL_USER_PROCESS_PARAMETERS32.SIZE) + textBytes(parameters);
  const pages = u32((u64(ends) + environment + PAGE_SIZE - 1) / PAGE_SIZE);
  const copy = takeAddresses(<i32>Arena.Heaps, pages);
  addPrivateVad(copy, pages, pages, true, PROTECT_READ_WRITE);
  touchZeroed(copy, pages);
  next = copy + offsetOf(RTL_USER_PROCESS_PARAMETERS32.SIZE);
  fillNumbers(copy, parameters, ends);
  fillTexts(copy, parameters);
  setField(copy, RTL_USER_PROCESS_PARAMETERS32.Environment, next);
  setField(copy, RTL_USER_PROCESS_PARAMETERS32.EnvironmentSize, environment);
  copyText(getField(parameters, RTL_USER_PROCESS_PARAMETERS.Environment), u32(environment));
  const wow64 = getField(process, EPROCESS.WoW64Process);
  setField(getField(wow64, EWOW64PROCESS.Peb), PEB32.ProcessParameters, copy);
}

function fillNumbers(copy: u64, parameters: u64, bytes: u32): void {
  setField(copy, RTL_USER_PROCESS_PARAMETERS32.MaximumLength, bytes);
  setField(copy, RTL_USER_PROCESS_PARAMETERS32.Length, bytes);
  const flags = getField(parameters, RTL_USER_PROCESS_PARAMETERS.Flags);
  setField(copy, RTL_USER_PROCESS_PARAMETERS32.Flags, flags);
  const show = getField(parameters, RTL_USER_PROCESS_PARAMETERS.ShowWindowFlags);
  setField(copy, RTL_USER_PROCESS_PARAMETERS32.ShowWindowFlags, show);
  const group = getField(parameters, RTL_USER_PROCESS_PARAMETERS.ProcessGroupId);
  setField(copy, RTL_USER_PROCESS_PARAMETERS32.ProcessGroupId, group);
  const version = getField(parameters, RTL_USER_PROCESS_PARAMETERS.EnvironmentVersion);
  setField(copy, RTL_USER_PROCESS_PARAMETERS32.EnvironmentVersion, version);
}

function fillTexts(copy: u64, from: u64): void {
  copyString(
    at(at(copy, RTL_USER_PROCESS_PARAMETERS32.CurrentDirectory), CURDIR32.DosPath),
    at(at(from, RTL_USER_PROCESS_PARAMETERS.CurrentDirectory), CURDIR.DosPath),
  );
  copyString(at(copy, RTL_USER_PROCESS_PARAMETERS32.DllPath), at(from, RTL_USER_PROCESS_PARAMETERS.DllPath));
  copyString(
    at(copy, RTL_USER_PROCESS_PARAMETERS32.ImagePathName),
    at(from, RTL_USER_PROCESS_PARAMETERS.ImagePathName),
  );
  copyString(
    at(copy, RTL_USER_PROCESS_PARAMETERS32.CommandLine),
    at(from, RTL_USER_PROCESS_PARAMETERS.CommandLine),
  );
  copyString(
    at(copy, RTL_USER_PROCESS_PARAMETERS32.WindowTitle),
    at(from, RTL_USER_PROCESS_PARAMETERS.WindowTitle),
  );
  copyString(
    at(copy, RTL_USER_PROCESS_PARAMETERS32.DesktopInfo),
    at(from, RTL_USER_PROCESS_PARAMETERS.DesktopInfo),
  );
}

/** Bytes that the texts of the parameters take with the zeros at their ends. */
function textBytes(from: u64): u32 {
  const directory = at(from, RTL_USER_PROCESS_PARAMETERS.CurrentDirectory);
  return (
    roomOf(at(directory, CURDIR.DosPath)) +
    roomOf(at(from, RTL_USER_PROCESS_PARAMETERS.DllPath)) +
    roomOf(at(from, RTL_USER_PROCESS_PARAMETERS.ImagePathName)) +
    roomOf(at(from, RTL_USER_PROCESS_PARAMETERS.CommandLine)) +
    roomOf(at(from, RTL_USER_PROCESS_PARAMETERS.WindowTitle)) +
    roomOf(at(from, RTL_USER_PROCESS_PARAMETERS.DesktopInfo))
  );
}

function roomOf(string: u64): u32 {
  return u32(getField(string, UNICODE_STRING.Length)) + 2;
}

function copyString(string32: u64, string: u64): void {
  const bytes = u32(getField(string, UNICODE_STRING.Length));
  setField(string32, STRING32.Length, bytes);
  setField(string32, STRING32.MaximumLength, bytes + 2);
  setField(string32, STRING32.Buffer, next);
  copyText(getField(string, UNICODE_STRING.Buffer), bytes);
  next += 2;
}

function copyText(from: u64, bytes: u32): void {
  for (let i: u32 = 0; i < bytes; i += 2) write16(next + i, read16(from + i));
  next += bytes;
}
