import type { StagedProcess } from '../stage.js';

/** Name by which data speak of a process: its program, for service hosts with the service or the group. */
export function kindName({ spec, program }: StagedProcess): string {
  if (spec.program !== 'svchost.exe') return spec.program;
  const { service, group } = serviceHost(spec.commandLine ?? program.commandLine);
  return `svchost ${service ?? group ?? ''}`.trim();
}

/** What a service host's command line says: `-k netsvcs -p -s Schedule`. */
export function serviceHost(commandLine: string): { group?: string; service?: string } {
  const group = / -k (\S+)/.exec(commandLine)?.[1];
  const service = / -s (\S+)/.exec(commandLine)?.[1];
  return { ...(group ? { group } : {}), ...(service ? { service } : {}) };
}

/** Whether data mean a process by `name`, which may end in a session: `csrss.exe 1`. */
export function isMeant(process: StagedProcess, name: string): boolean {
  const [, own = name, session] = /^(.*?)(?: (\d+))?$/.exec(name) ?? [];
  return kindName(process) === own && (session === undefined || process.sessionId === Number(session));
}
