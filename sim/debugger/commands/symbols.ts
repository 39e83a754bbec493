import { address, hex } from '../format/numbers.js';
import type { Session } from '../session.js';
import type { LoadedSymbol } from '../symbols/module-symbols.js';
import type { Module } from '../target/module.js';
import { readPointer } from '../memory/memory.js';
import type { Type } from '../types/type.js';
import { cppTypeText } from '../types/type-text.js';
import { valueText } from '../types/value-text.js';
import { Arguments } from './arguments.js';
import { CommandError, SyntaxProblem, type Command } from './command.js';
import { dots, userSymbolsText } from './context.js';
import { refuse } from './refuse.js';
import { hasWildcards, matcher } from '../patterns.js';

/** Above the symbols that `x /D` lists, links to initials where there are links. */
const ALPHABET = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].join(' ');

/** `x`: symbols by pattern. */
export const examine: Command = {
  names: ['x'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const { options, size } = examineOptions(rest);
    // Of several patterns the engine takes the last.
    const pattern = rest.rest.split(/[\s,]+/).at(-1) ?? '';
    const at = pattern.indexOf('!');
    if (at < 0 && !session.user) return;
    if (at < 0) throw new SyntaxProblem("Couldn't resolve", 'x '.length + pattern.length);
    const [modulePattern, symbolPattern] = [pattern.slice(0, at), pattern.slice(at + 1)];
    const modules = hasWildcards(modulePattern)
      ? searchOrder(session.modules.filter((module) => matcher(modulePattern)(module.name)))
      : [session.module(modulePattern)].filter((module) => module !== undefined);
    if (modules.length === 0)
      throw new CommandError(
        `${' '.repeat(session.prompt.length + 'x '.length + modulePattern.length + 1)}^ Couldn't resolve 'x ${modulePattern}'\n`,
      );
    if (options.includes('D')) print(` ${ALPHABET}\n\n`);
    const fits = symbolPattern === '' ? () => true : matcher(symbolPattern);
    for (const module of modules) {
      const found = (module.symbols?.all ?? []).filter(
        ({ name, isFunction, size: own }) =>
          fits(name) &&
          (size === undefined || BigInt(own) === size) &&
          (!options.includes('f') || isFunction) &&
          (!options.includes('d') || !isFunction),
      );
      for (const symbol of sorted(found, options)) print(symbolLine(session, module, symbol, options));
    }
  },
};

const EXAMINE_OPTIONS = /[-/][012afndtvqzpDN]/;

/** Letters of `x`'s options, and the size that `/s` asks for. @throws SyntaxProblem for one that there is not */
function examineOptions(rest: Arguments): { options: string; size: bigint | undefined } {
  const { scanner } = rest;
  let [options, size] = ['', undefined as bigint | undefined];
  while (/^\s*[-/]/.test(scanner.rest)) {
    scanner.skipSpace();
    const [mark = '', letter = ''] = scanner.rest;
    if (letter === 's') {
      scanner.at += 2;
      size = rest.value();
      continue;
    }
    if (!EXAMINE_OPTIONS.test(mark + letter))
      throw new SyntaxProblem('Syntax error', 'x '.length + scanner.at + 1);
    options += scanner.match(/\S+/)!.slice(1);
  }
  return { options, size };
}

/** Those whose symbols are there already come first; each part by address. */
function searchOrder(modules: readonly Module[]): Module[] {
  const byBase = [...modules].sort((a, b) => (a.base < b.base ? -1 : 1));
  const isLoaded = ({ state }: Module) => state === 'pdb' || state === 'export';
  return [...byBase.filter(isLoaded), ...byBase.filter((module) => !isLoaded(module))];
}

function sorted(symbols: LoadedSymbol[], options: string): LoadedSymbol[] {
  if (options.includes('a')) return [...symbols].sort((a, b) => a.rva - b.rva);
  if (!options.includes('n')) return symbols;
  const key = ({ name }: LoadedSymbol) => name.toLowerCase();
  return [...symbols].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

function symbolLine(session: Session, module: Module, symbol: LoadedSymbol, options: string): string {
  const name = `${module.name}!${symbol.name}`;
  if (options.includes('1')) return `${name}\n`;
  if (options.includes('0')) return `${address(symbol.address)} \n`;
  if (options.includes('2')) return `${address(symbol.address)} ${name}\n`;
  const shown = options.includes('q') ? `@!"${name}"` : name;
  const type = options.includes('t') && !symbol.isFunction ? `${symbolType(module, symbol)} ` : '';
  const kind = `${symbol.isPrivate ? 'prv' : 'pub'} ${symbol.isFunction ? 'func  ' : 'global'}`;
  const verbose = options.includes('v') ? `${kind} ` : '';
  const size = options.includes('v') ? ` ${hex(symbol.size).padStart(4)}` : '';
  return `${verbose}${address(symbol.address)}${size} ${type}${shown}${valueOf(session, module, symbol, options.includes('p') ? '' : ' ')}\n`;
}

function symbolType(module: Module, symbol: LoadedSymbol): string {
  return symbol.typeIndex === 0 ? '<NoType>' : cppTypeText(module.symbols!.pdb!.types.type(symbol.typeIndex));
}

/** @param gap between a function and its parameters */
function valueOf(session: Session, module: Module, symbol: LoadedSymbol, gap = ' '): string {
  if (!module.symbols!.pdb) return `${gap}(<no parameter info>)`;
  if (symbol.isFunction) return `${gap}(${parametersText(module, symbol) ?? symbol.name})`;
  if (symbol.typeIndex === 0) return ' = <no type information>';
  const type = module.symbols!.pdb!.types.type(symbol.typeIndex);
  try {
    const value = valueText(session.memory, type, symbol.address);
    if (type.kind === 'struct') return ` = ${type.keyword} ${value}`;
    if (type.kind === 'array') return ` = ${cppTypeText(type)}${arrayText(value)}`;
    return ` = ${globalText(session, type, symbol.address, value)}`;
  } catch {
    return ' = <Memory access error>';
  }
}

/** The text in an array of characters; elements of other arrays are not shown. */
function arrayText(value: string): string {
  const found = /^\[\d+\] {2}(".*)$/s.exec(value);
  return found ? ` ${found[1]}` : '';
}

/** Pointers among globals are shown with all their digits and without the type they point to. */
function globalText(session: Session, type: Type, at: bigint, value: string): string {
  return type.kind === 'pointer' ? `0x${address(readPointer(session.memory, at))}` : value;
}

/** Types of a function's parameters; `undefined` without its type. */
export function parametersText(module: Module, symbol: LoadedSymbol): string | undefined {
  if (symbol.typeIndex === 0) return undefined;
  const type = module.symbols!.pdb!.types.type(symbol.typeIndex);
  if (type.kind !== 'function') return undefined;
  return type.parameters.map((parameter) => cppTypeText(parameter)).join(', ') || 'void';
}

/** `ln`: what is at or near an address. */
export const nearest: Command = {
  names: ['ln'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    print(nearestText(session, rest.ended ? session.scope.context.rip : rest.address()));
    rest.expectNothing('ln');
  },
};

/** The symbol before an address, the one behind it, and those exactly there. */
export function nearestText(session: Session, at: bigint): string {
  const module = session.moduleAt(at);
  const symbols = module?.symbols;
  if (!module || !symbols) return '';
  const rva = Number(at - module.base);
  const before = symbols.nearest(rva);
  const next = symbols.next(rva);
  const first = before ?? next;
  if (!first) return '';
  const offset = before ? at - before.address : 0xffffffffffffffffn;
  const distance = offset === 0n ? '' : `+0x${before ? hex(offset) : 'ffffffff`ffffffff'}`;
  const following = before ? next : symbols.next(first.rva);
  let text = `(${address(first.address)})   ${module.name}!${first.name}${distance}`;
  if (following) text += `   |  (${address(following.address)})   ${module.name}!${following.name}`;
  text += '\n';
  const exact = symbols.at(rva);
  if (exact.length > 0) text += 'Exact matches:\n';
  for (const symbol of exact)
    text += `    ${module.name}!${symbol.name}${valueOf(session, module, symbol)}\n`;
  return text;
}

export const sourcePath: Command = {
  names: ['.srcpath'],
  run: ({ print }) => print('Source search path is: <empty>\n'),
};

const OPTIONS: readonly [number, string][] = [
  [0x1, 'SYMOPT_CASE_INSENSITIVE'],
  [0x2, 'SYMOPT_UNDNAME'],
  [0x4, 'SYMOPT_DEFERRED_LOADS'],
  [0x20, 'SYMOPT_OMAP_FIND_NEAREST'],
  [0x100, 'SYMOPT_NO_UNQUALIFIED_LOADS'],
  [0x200, 'SYMOPT_FAIL_CRITICAL_ERRORS'],
  [0x10000, 'SYMOPT_AUTO_PUBLICS'],
  [0x20000, 'SYMOPT_NO_IMAGE_SEARCH'],
];

/** How this debugger treats symbols, told in the flags of DbgHelp that mean the same. */
export const symbolOptions: Command = {
  names: ['.symopt', '.symopt+', '.symopt-'],
  run({ session, print }, args, name) {
    const all = OPTIONS.reduce((sum, [bit]) => sum | bit, 0);
    const rest = new Arguments(session, args);
    const asked = name === '.symopt' ? undefined : rest.optionalValue();
    if (asked !== undefined) {
      const other = Number(name === '.symopt+' ? asked & ~BigInt(all) : asked & BigInt(all));
      if (other !== 0) refuse('.symopt', `Flags 0x${hex(other)}`);
    }
    print(`Symbol options are 0x${hex(all)}:\n`);
    for (const [bit, option] of OPTIONS) print(`  0x${hex(bit, 8)} - ${option}\n`);
  },
};

export const reload: Command = {
  names: ['.reload'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const options = rest.options();
    const name = rest.word();
    const modules = name === undefined ? session.modules : [session.module(name.replace(/\..*$/, ''))];
    for (const module of modules) module?.retry();
    if (modules[0] === undefined) throw new CommandError(`"${name}" was not found in the image list.\n`);
    if (name === undefined) {
      if (session.user) print(dots(session.modules.length));
      else
        print(
          `Loading Kernel Symbols\n${dots(session.target.modules.length - 1, 1)}${userSymbolsText(session)}`,
        );
      if (!session.user || session.unloadedModules.length > 0)
        print(`Loading unloaded module list\n${dots(session.unloadedModules.length)}`);
    }
    if (options.includes('f') || name !== undefined)
      for (const module of modules)
        if (module && !module.symbols)
          print(`*** ERROR: Symbols of ${module.name} could not be loaded: ${module.problem}\n`);
  },
};
