/** A command asks for what dumps of this kind do not have. */
export class OtherTargetError extends Error {
  override name = 'OtherTargetError';
}
