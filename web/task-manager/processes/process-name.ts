import type { ProcessRow } from '../../../sim/worker/sim-api.js';

/** Process ID of the kernel's own process in every version of Windows. */
export const SYSTEM_PID = 4;

/** Where the kernel lies, which is what System runs. */
const KERNEL_PATH = 'C:\\Windows\\System32\\ntoskrnl.exe';

/** The file that *Open file location* shows; empty when there is none. */
export function filePath(process: ProcessRow): string {
  return process.imagePath || (process.pid === SYSTEM_PID ? KERNEL_PATH : '');
}

/** Name as Task Manager shows it: the file's description, or the process name where there is no file. */
export function processName(process: ProcessRow): string {
  const hasFile = process.imagePath !== '' && process.pid !== SYSTEM_PID;
  return (hasFile && process.description) || process.imageName;
}

/** Whether the process is one that the search box looks for: by name, publisher or PID. */
export function matches(process: ProcessRow, query: string): boolean {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return true;
  const texts = [processName(process), process.imageName, process.publisher];
  return String(process.pid) === wanted || texts.some((text) => text.toLowerCase().includes(wanted));
}

/** The account that a process runs as, with its domain: `NT AUTHORITY\\SYSTEM`. */
export function accountText({ userDomain, userName }: ProcessRow): string {
  return userDomain === '' ? userName : `${userDomain}\\${userName}`;
}
