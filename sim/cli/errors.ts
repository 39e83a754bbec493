import { LiveDumpError, statusText } from '../livedump/status.js';

/** Something the user can mend; its message is a sentence that says how. */
export class UserError extends Error {
  override name = 'UserError';
}

const EXIT_FAILED = 1;
const EXIT_INTERNAL = 70; // EX_SOFTWARE

/** What went wrong with a file, in words. */
export function fileProblem(action: string, path: string, error: unknown): UserError {
  const { code } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    ENOENT: 'the folder does not exist',
    ENOTDIR: 'a part of the path is not a folder',
    EACCES: action === 'read' ? 'you may not read it' : 'you may not write there',
    EPERM: action === 'read' ? 'you may not read it' : 'you may not write there',
    EROFS: 'the file system is read-only',
    EISDIR: 'it is a folder',
    ENOSPC: 'the disk is full; free some space or choose another disk',
    EDQUOT: 'your disk quota is used up',
    EFBIG: 'the file system cannot hold so large a file',
    ENAMETOOLONG: 'the name is too long',
  };
  const reason = reasons[code ?? ''] ?? (error as Error).message;
  return new UserError(`Cannot ${action} ${path}: ${reason}.`);
}

/** Prints an error as one line and sets the exit code. */
export function fail(error: unknown): void {
  if (error instanceof UserError || error instanceof RangeError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = EXIT_FAILED;
    return;
  }
  if (error instanceof LiveDumpError) {
    process.stderr.write(`${error.message} (${error.status}, ${statusText(error.code)})\n`);
    process.exitCode = EXIT_FAILED;
    return;
  }
  process.stderr.write(
    `livedump-lab has a fault: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = EXIT_INTERNAL;
}
