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

/** Each folder on the way to `path`, from the drive on: `C:\\`, `C:\\Users`, … */
export function foldersTo(path: string): string[] {
  const parent = parentFolder(path);
  return [...(parent ? foldersTo(parent) : []), path];
}

/** What was typed as a path of this machine: `/` for `\\`, no quotation marks, no backslash at the end but a drive's. */
export function cleanPath(typed: string): string {
  const path = typed
    .trim()
    .replace(/^"|"$/g, '')
    .replace(/[\\/]+/g, '\\');
  return /^[a-z]:\\?$/i.test(path) ? `${path.slice(0, 2)}\\` : path.replace(/\\$/, '');
}
