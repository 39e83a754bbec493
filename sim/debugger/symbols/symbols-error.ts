/** Symbols that a command needs are not there, or do not describe what it asks for; the message says which. */
export class SymbolsError extends Error {
  override name = 'SymbolsError';
}
