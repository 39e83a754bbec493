import type { Kernel } from '../machine/machine.js';
import data from './catalogue/environment.json';
import { forOwner } from './programs.js';
import type { StagedProcess } from './stage.js';

const END = '\0';

/** What a process was started with. */
interface Start {
  readonly commandLine: string;
  readonly directory: string;
  readonly desktop: string;
  /** `NAME=value` for each variable, in order of name. */
  readonly environment: readonly string[];
}

/** How a process was started, as whoever started it would have it. */
function startOf({ program, spec, sessionId }: StagedProcess, processors: number): Start {
  const isInteractive = sessionId !== 0 && spec.user !== 'SYSTEM';
  const { directories, desktops, environment } = data;
  const variables: Record<string, string> = {
    ...environment.all,
    ...(isInteractive ? environment.user : environment.system),
  };
  const names = Object.keys(variables).sort((a, b) => (a.toUpperCase() < b.toUpperCase() ? -1 : 1));
  return {
    commandLine: forOwner(spec.commandLine ?? program.commandLine),
    directory: forOwner(isInteractive ? directories.user : directories.system),
    desktop: sessionId === 0 ? desktops.services : desktops.interactive,
    environment: names.map(
      (name) => `${name}=${forOwner(variables[name]!).replace('%PROCESSORS%', String(processors))}`,
    ),
  };
}

/** Writes a process's parameters and environment into its heap. */
export function writeStart({ core, hardware }: Kernel, process: StagedProcess, peb: bigint): void {
  const { commandLine, directory, desktop, environment } = startOf(process, hardware.processors);
  const block = `${environment.join(END)}${END}${END}`;
  const texts = [process.program.path, commandLine, directory, data.dllPath, desktop, block];
  const [path, command, current, dlls, onDesktop, variables] = core.putTexts(
    ...texts.map((text) => ({ text, wide: true })),
  );
  core.exports.processSetParameters(
    process.address,
    peb,
    core.exports.exchangeBuffer(),
    path!,
    command!,
    current!,
    dlls!,
    onDesktop!,
    variables!,
  );
}
