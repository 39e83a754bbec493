// What a process was started with: image, command line, directory and environment, in its heap.
import { CURDIR, EPROCESS, PEB, RTL_USER_PROCESS_PARAMETERS } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, getField, setField, writeBytes } from '../../memory/virtual';
import { allocate, allocateString } from './user-heap';

const NORMALISED: u32 = 1; // Flags: pointers, not offsets
const SHOW_DEFAULT: u32 = 10; // SW_SHOWDEFAULT

/**
 * Writes the process parameters. `text` holds one after the other, in UTF-16: image path, command line, current
 * directory, DLL path, desktop and environment, which ends with two zeros.
 */
export function setParameters(
  process: u64,
  peb: u64,
  text: usize,
  pathBytes: u32,
  commandBytes: u32,
  directoryBytes: u32,
  dllPathBytes: u32,
  desktopBytes: u32,
  environmentBytes: u32,
): void {
  const parameters = allocate(offsetOf(RTL_USER_PROCESS_PARAMETERS.SIZE));
  setField(parameters, RTL_USER_PROCESS_PARAMETERS.MaximumLength, offsetOf(RTL_USER_PROCESS_PARAMETERS.SIZE));
  setField(parameters, RTL_USER_PROCESS_PARAMETERS.Length, offsetOf(RTL_USER_PROCESS_PARAMETERS.SIZE));
  setField(parameters, RTL_USER_PROCESS_PARAMETERS.Flags, NORMALISED);
  setField(parameters, RTL_USER_PROCESS_PARAMETERS.ShowWindowFlags, SHOW_DEFAULT);
  setField(
    parameters,
    RTL_USER_PROCESS_PARAMETERS.ProcessGroupId,
    getField(process, EPROCESS.UniqueProcessId),
  );
  let at_ = text;
  allocateString(at(parameters, RTL_USER_PROCESS_PARAMETERS.ImagePathName), at_, pathBytes);
  allocateString(at(parameters, RTL_USER_PROCESS_PARAMETERS.WindowTitle), at_, pathBytes);
  at_ += pathBytes;
  allocateString(at(parameters, RTL_USER_PROCESS_PARAMETERS.CommandLine), at_, commandBytes);
  at_ += commandBytes;
  const directory = at(parameters, RTL_USER_PROCESS_PARAMETERS.CurrentDirectory);
  allocateString(at(directory, CURDIR.DosPath), at_, directoryBytes);
  at_ += directoryBytes;
  allocateString(at(parameters, RTL_USER_PROCESS_PARAMETERS.DllPath), at_, dllPathBytes);
  at_ += dllPathBytes;
  allocateString(at(parameters, RTL_USER_PROCESS_PARAMETERS.DesktopInfo), at_, desktopBytes);
  at_ += desktopBytes;
  const environment = allocate(environmentBytes);
  writeBytes(environment, at_, environmentBytes);
  setField(parameters, RTL_USER_PROCESS_PARAMETERS.Environment, environment);
  setField(parameters, RTL_USER_PROCESS_PARAMETERS.EnvironmentSize, environmentBytes);
  setField(parameters, RTL_USER_PROCESS_PARAMETERS.EnvironmentVersion, 1);
  setField(peb, PEB.ProcessParameters, parameters);
}
