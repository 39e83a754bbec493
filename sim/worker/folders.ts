/** Where Task Manager puts live kernel dumps. */
export const LIVE_KERNEL_DUMPS = '%LocalAppData%\\Microsoft\\Windows\\TaskManager\\LiveKernelDumps';

/** Where Task Manager puts dumps of processes. */
export const TEMP = '%LocalAppData%\\Temp';

/** A folder with its environment variables expanded for a user. */
export function expandFolder(folder: string, userName: string): string {
  return folder.replace('%LocalAppData%', `C:\\Users\\${userName}\\AppData\\Local`);
}
