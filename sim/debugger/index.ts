export type { Candidate, CandidateKind } from './completion/candidates.js';
export { complete, type Completion } from './completion/complete.js';
export { bannerText } from './banner.js';
export { Session, type SessionOptions } from './session.js';
export { Shell, type ShellHost } from './commands/shell.js';
export { BufferSource, type ByteSource } from './files/byte-source.js';
export { Interrupted } from './interrupted.js';
export { FileError } from './files/file-error.js';
export type { FoundFile, SymbolFiles } from './symbols/symbol-files.js';
