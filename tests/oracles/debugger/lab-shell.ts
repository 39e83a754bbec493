import { FileSource } from '../../../sim/cli/debug/file-source.js';
import { SymbolFolder } from '../../../sim/cli/debug/symbol-folder.js';
import { Session, Shell } from '../../../sim/debugger/index.js';

/** The lab's debugger, with a dump and its symbols open. */
export function shellOf({ dump, symbols }: { dump: string; symbols: string }): Shell {
  return new Shell(new Session(new FileSource(dump), { path: dump, symbols: new SymbolFolder(symbols) }));
}
