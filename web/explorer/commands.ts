import type { FileEntry } from '../../sim/worker/sim-api.js';
import type { MenuEntry } from '../controls/menu/menu-entry.js';
import { text } from './text.js';

/** What can be done with files. */
export type Command = 'open' | 'add' | 'download' | 'rename' | 'delete' | 'properties' | 'symbols';

/** Why each command cannot be used now; empty where it can. */
export type Possible = Readonly<Record<Command, string>>;

/** What can be done with the selected `files`. Folders are the machine's own: they stay as they are. */
export function possible(files: readonly FileEntry[], isPreparing: boolean): Possible {
  const any = files.length > 0 ? '' : text.selectFile;
  const file = any || (files.some(({ folder }) => folder) ? text.foldersStay : '');
  return {
    open: any,
    add: '',
    download: file,
    rename: any || (files.length > 1 ? text.selectOne : file),
    delete: file,
    properties: any,
    symbols: isPreparing ? text.preparing : '',
  };
}

/** The context menu of the selected files. */
export function menuOf(can: Possible): MenuEntry[] {
  const entry = (id: Command): MenuEntry => ({ id, label: text[id], disabledReason: can[id] || undefined });
  return [
    entry('open'),
    entry('download'),
    'separator',
    entry('rename'),
    entry('delete'),
    'separator',
    entry('properties'),
  ];
}

const KEYS: Readonly<Record<string, Command>> = {
  F2: 'rename',
  Delete: 'delete',
  'Alt+Enter': 'properties',
};

/** The command of a key, or undefined. */
export function commandOf({ key, altKey }: Pick<KeyboardEvent, 'key' | 'altKey'>): Command | undefined {
  return KEYS[altKey ? `Alt+${key}` : key];
}
