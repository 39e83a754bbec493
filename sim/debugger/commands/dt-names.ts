import { hex } from '../format/numbers.js';
import { matcher } from '../patterns.js';
import type { TypeStream } from '../pdb/type-stream.js';
import type { Session } from '../session.js';
import type { LoadedSymbol } from '../symbols/module-symbols.js';
import type { EnumType } from '../types/type.js';
import { enumSummary, structSummary } from '../types/type-text.js';
import { CommandError } from './command.js';
import type { Request } from './dt-options.js';
import { structText } from './struct-display.js';

/** What fits a pattern: types, and globals by their addresses. */
function matches(session: Session, { type, size, typesOnly, namesOnly }: Request) {
  if (namesOnly && !type.includes('!')) return undefined;
  const [moduleName, pattern] = type.includes('!')
    ? (type.split('!') as [string, string])
    : [session.mainModule?.name ?? 'nt', type];
  const module = session.module(moduleName);
  const types = module?.symbols?.pdb?.types;
  if (!module || !types) throw new CommandError(`Symbol ${type} not found.\n`);
  const fits = matcher(pattern);
  const names = [...(size === undefined ? types.allNames : types.names)].filter(
    (name) => fits(name) && (size === undefined || types.find(name)?.size === size),
  );
  const globals = (typesOnly ? [] : (module.symbols?.all ?? [])).filter(
    (global) =>
      global.typeIndex !== 0 && fits(global.name) && (size === undefined || sizeOf(types, global) === size),
  );
  return { owner: module.pdbName.replace(/\.pdb$/i, ''), types, names, globals };
}

/** Bytes of a global by its type, of a function by its code. */
function sizeOf(types: TypeStream, { isFunction, size, typeIndex }: LoadedSymbol): number {
  return isFunction ? size : types.type(typeIndex).size;
}

/** Names, with addresses of globals; with `-v` sizes, too. */
export function typeNames(session: Session, request: Request): string {
  const found = matches(session, request);
  if (!found) return '';
  const { owner, types, names, globals } = found;
  const { verbose } = request.options;
  const sized = request.size === undefined ? '' : `, Size = 0x${hex(request.size)}`;
  const head = `Enumerating symbols matching ${request.type}${sized}\nAddress   Size Symbol\n`;
  const size = (bytes: number | undefined) => (verbose ? `${hex(bytes ?? 0, 3)} ` : '');
  const lines = [
    ...names.map(
      (name) => `${' '.repeat(verbose ? 11 : 10)}${size(types.find(name)?.size)}${owner}!${name}\n`,
    ),
    ...globals.map(
      (global) =>
        `${hex(global.address, 16)}  ${verbose ? ' ' : ''}${size(sizeOf(types, global))}${owner}!${global.name}\n`,
    ),
  ];
  return (verbose ? head : '') + lines.join('');
}

/** `-d`: all types that fit. */
export function eachText(session: Session, request: Request): string {
  const found = matches(session, { ...request, typesOnly: true });
  const options = { ...request.options, verbose: true, width: 0 };
  return (found?.names ?? [])
    .map((name) => found!.types.find(name))
    .map((type) => {
      if (type?.kind === 'enum') return enumNames(type, true);
      return type ? `${structSummary(type)}\n${structText(session, type, undefined, options)}` : '';
    })
    .join('');
}

/** Values of an enumeration, with `-v` below its name. */
export function enumNames(type: EnumType, verbose: boolean): string {
  const head = verbose ? `${enumSummary(type)}\n` : '';
  return head + type.values.map(({ name, value }) => `   ${name} = 0n${value}\n`).join('');
}
