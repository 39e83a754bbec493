import type { FileEntry, MachineInfo } from '../../sim/worker/sim-api.js';
import { baseName, parentFolder } from './path.js';

/** Folders that the navigation pane leads to, by the names of their icons and labels. */
export interface KnownFolders {
  profile: string;
  liveKernelDumps: string;
  temp: string;
  liveKernelReports: string;
  drive: string;
}
export type KnownFolder = keyof KnownFolders;

const PROFILE = /^[A-Z]:\\Users\\[^\\]+/i;
const DRIVE = 'C:\\';

export function knownFolders({ liveKernelDumpFolder, userName }: MachineInfo): KnownFolders {
  const profile = PROFILE.exec(liveKernelDumpFolder)?.[0] ?? `${DRIVE}Users\\${userName}`;
  return {
    profile,
    liveKernelDumps: liveKernelDumpFolder,
    temp: `${profile}\\AppData\\Local\\Temp`,
    liveKernelReports: `${DRIVE}Windows\\LiveKernelReports`,
    drive: DRIVE,
  };
}

/** Where the programs of the machine lie; their files are in its memory only. */
const SYSTEM = `${DRIVE}Windows\\System32`;

/** The folders of the machine that are there whether or not the browser keeps anything in them. */
export function standingFolders(known: KnownFolders): Set<string> {
  const all = new Set<string>();
  for (const folder of [...Object.values(known), SYSTEM])
    for (let at: string | null = folder; at; at = parentFolder(at)) all.add(at);
  return all;
}

/** `files` of `folder` with the folders below it that are always there. */
export function withStanding(
  folder: string,
  files: readonly FileEntry[],
  standing: ReadonlySet<string>,
): FileEntry[] {
  const names = new Set(files.map(({ path }) => path.toLowerCase()));
  const missing = [...standing].filter(
    (path) => parentFolder(path) === folder && !names.has(path.toLowerCase()),
  );
  return [
    ...files,
    ...missing.map((path) => ({ name: baseName(path), path, folder: true, size: 0, modified: 0 })),
  ];
}
