import type { SymbolFiles } from '../symbols/symbol-files.js';
import { CommandError, type Command } from './command.js';

/** `.sympath`, `.exepath`: where symbols and images are looked for. */
export const symbolPath: Command = {
  names: ['.sympath', '.sympath+', '.exepath', '.exepath+'],
  run({ session, print }, args, name) {
    const what = name.startsWith('.sympath') ? 'Symbol' : 'Executable image';
    const files = session.symbolFiles;
    const missing = args === '' ? [] : setPath(files, args, name);
    const path = files.description || '<empty>';
    print(`${what} search path is: ${path}\nExpanded ${what} search path is: ${path.toLowerCase()}\n`);
    for (const folder of missing)
      print(
        `Error: Execute .sympath(+) command attempts to access '${folder}' failed: 0x2 - File not found.\n`,
      );
  },
};

/** @returns folders that are not there @throws CommandError where the path cannot be what was asked for */
function setPath(files: SymbolFiles, args: string, name: string): string[] {
  if (!files.setPath)
    throw new CommandError(
      'Folders cannot be named here: drop symbol files on the window, or choose them with Add symbols.\n',
    );
  if (name.startsWith('.exepath'))
    throw new CommandError('Images are looked for where symbols are: .sympath names the folders.\n');
  const folders = args.split(';').map((folder) => folder.trim().replace(/^"(.*)"$/, '$1'));
  const server = folders.find(
    (folder) => /^(?:srv|symsrv|cache)\*/i.test(folder) || /^https?:/i.test(folder),
  );
  if (server !== undefined)
    throw new CommandError(`Symbol servers are not asked from here (${server}): name a folder.\n`);
  const before = name.endsWith('+') && files.description !== '' ? files.description.split(';') : [];
  return files.setPath([...before, ...folders.filter(Boolean)]);
}
