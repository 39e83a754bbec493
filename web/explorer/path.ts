/** Windows paths as text; the machine's disk does the rest. */

/** `C:\Users\lab` of `C:\Users\lab\a.dmp`; null for the root of a drive. */
export function parentFolder(path: string): string | null {
  const end = path.lastIndexOf('\\');
  if (end < 0) return null;
  const parent = path.slice(0, end);
  return parent.endsWith(':') ? (path.length > end + 1 ? `${parent}\\` : null) : parent;
}

/** The last part: `a.dmp`. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('\\') + 1) || path;
}

/** Whether a file's name says that it is a crash dump. */
export function isDump(path: string): boolean {
  return path.toLowerCase().endsWith('.dmp');
}
