/** A file is not what it was taken for, or is damaged; the message says how. */
export class FileError extends Error {
  override name = 'FileError';
}
