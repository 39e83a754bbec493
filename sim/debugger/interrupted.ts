/** Ctrl+Break: the user does not want the rest of the answer. */
export class Interrupted extends Error {
  override name = 'Interrupted';
}
