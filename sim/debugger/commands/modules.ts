import { address, hex } from '../format/numbers.js';
import { secondsTime } from '../format/times.js';
import type { Session } from '../session.js';
import type { Module } from '../target/module.js';
import { versionResource } from '../pe/version-resource.js';
import { Arguments } from './arguments.js';
import { SyntaxProblem, type Command } from './command.js';
import { refuse } from './refuse.js';
import { matcher } from '../patterns.js';

interface ListOptions {
  verbose: boolean;
  namesOnly: boolean;
  images: boolean;
  /** `n`: images without their path. */
  fileNames: boolean;
  /** `i`: images that symbols were loaded with. */
  symbolImages: boolean;
  /** `p`: images mapped from files, of which there are none. */
  mappedImages: boolean;
  /** Letters that are none. */
  unknown: string[];
  stamps: boolean;
  loadedOnly: boolean;
  errorsOnly: boolean;
  kernel: boolean;
  user: boolean;
  pattern?: string | undefined;
  at?: bigint | undefined;
}

/** `lm`: the loaded modules. */
export const listModules: Command = {
  names: ['lm'],
  run({ session, print }, args, name) {
    const options = readOptions(session, name.slice(2), args);
    const all = [...session.modules].sort((a, b) => (a.base < b.base ? -1 : 1));
    const modules = all.filter((module) => isWanted(module, options));
    const listsUnloaded =
      options.pattern === undefined && options.at === undefined && !(options.user && !options.kernel);
    if (options.namesOnly) {
      const named = [...modules, ...(listsUnloaded ? session.unloadedModules : [])];
      return named.forEach((module) => print(`${module.name}\n`));
    }
    for (const letter of options.unknown) print(`Unknown option '${letter}'\n`);
    if (/D/.test(name)) print('Browse full module list\n');
    print('start             end                 module name\n');
    for (const module of modules) {
      print(`${address(module.base)} ${address(module.end)}   ${moduleLine(module, options)}`);
      if (options.verbose) print(details(module));
    }
    if (listsUnloaded) print(unloadedText(session, options));
  },
};

/** What was unloaded. Of drivers, neither stamps nor checksums are kept. */
function unloadedText({ unloadedModules }: Session, { verbose, stamps }: ListOptions): string {
  if (unloadedModules.length === 0) return '';
  const lines = unloadedModules.map(({ name, start, end, timeDateStamp = 0, checkSum = 0 }) => {
    const when = stampTime(timeDateStamp);
    const [stamp, sum, size] = [timeDateStamp, checkSum, end - start].map((n) => hex(n, 8).toUpperCase());
    const more =
      verbose || stamps
        ? `    Timestamp: ${when} (${stamp})\n    Checksum:  ${sum}\n    ImageSize:  ${size}\n`
        : '';
    return `${address(start)} ${address(end)}   ${name.padEnd(NAME_WIDTH)}\n${more}`;
  });
  return `\nUnloaded modules:\n${lines.join('')}`;
}

/** A hash of a reproducible build may be beyond what the engine takes for a time. */
function stampTime(stamp: number): string {
  if (stamp === 0) return 'unavailable';
  return stamp > LAST_STAMP ? '***** Invalid' : secondsTime(stamp);
}

function readOptions(session: Session, letters: string, args: string): ListOptions {
  const options: ListOptions = {
    verbose: false,
    namesOnly: false, images: false, fileNames: false, symbolImages: false, mappedImages: false, unknown: [], stamps: false, loadedOnly: false, errorsOnly: false, kernel: false, user: false,
  }; // prettier-ignore
  const take = (text: string) => {
    for (const letter of text.replace('1m', '1')) {
      if (letter === 'v') options.verbose = true;
      else if (letter === '1') options.namesOnly = true;
      else if (letter === 'f') options.images = true;
      else if (letter === 'n') options.fileNames = true;
      else if (letter === 't') options.stamps = true;
      else if (letter === 'l') options.loadedOnly = true;
      else if (letter === 'e') options.errorsOnly = true;
      else if (letter === 'k') options.kernel = true;
      else if (letter === 'u') options.user = true;
      else if (letter === 'i') options.symbolImages = true;
      else if (letter === 'p') options.mappedImages = true;
      else if (letter === 'c') refuse('lm', 'Option c');
      else if (!/[Dos]/.test(letter)) options.unknown.push(letter);
    }
  };
  const rest = new Arguments(session, args);
  let key: string | undefined;
  const read = (text: string) => {
    const [, plain = '', found, glued] = /^((?:1m|[^maM])*)(?:([maM])(.*))?$/.exec(text)!;
    take(plain);
    key = found?.toLowerCase();
    if (key !== 'm' || !glued) return;
    options.pattern = glued;
    key = undefined;
  };
  read(letters);
  while (key !== undefined || !rest.ended) {
    if (key === 'm') {
      rest.scanner.match(/m(?=\s+\S)/); // said twice, as in `lm1m m nt*`
      options.pattern = rest.word();
      if (options.pattern === undefined)
        throw new SyntaxProblem('Non-empty string required', `lm${letters}${args && ` ${args}`}`.length);
    } else if (key === 'a') options.at = moduleOffset(rest);
    else {
      read(rest.word()!);
      continue;
    }
    key = undefined;
  }
  // A process has only modules of its own.
  return session.user ? { ...options, kernel: false, user: false } : options;
}

/** The address that a module is to hold; none is asked of zero. @throws ExpressionError */
function moduleOffset(rest: Arguments): bigint | undefined {
  return rest.expected('Module offset') || undefined;
}

function isWanted(module: Module, options: ListOptions): boolean {
  if (options.pattern !== undefined && !matcher(options.pattern)(module.name)) return false;
  if (options.at !== undefined && !module.contains(options.at)) return false;
  const isUser = module.base < USER_LIMIT;
  if (options.user !== options.kernel && options.user !== isUser) return false;
  if (options.loadedOnly && module.state !== 'pdb' && module.state !== 'export') return false;
  return !options.errorsOnly || module.state === 'none';
}

/** Kernel addresses begin above it. */
const USER_LIMIT = 1n << 47n;
const LAST_STAMP = 0x7fffffff;
const NAME_WIDTH = 8;
const STATE_WIDTH = 22;

function moduleLine(module: Module, options: ListOptions): string {
  if (options.mappedImages) return `${module.name.padEnd(NAME_WIDTH)} ${'<none>'.padEnd(12)}\n`;
  if (options.images || options.fileNames) {
    const image = options.images ? shownImage(module) : imageName(module);
    return `${module.name.padEnd(NAME_WIDTH)} ${image.padEnd(12)} ${options.stamps ? stampText(module) : ''}\n`;
  }
  if (options.stamps) return `${module.name.padEnd(NAME_WIDTH)}  ${stampText(module)}\n`;
  if (module.name === 'nt') void module.symbols;
  const isLoaded = module.state === 'pdb' || module.state === 'export';
  const path = !isLoaded ? '' : options.symbolImages ? imageName(module) : module.symbols!.path;
  return `${module.name.padEnd(NAME_WIDTH)}   ${stateText(module).padEnd(STATE_WIDTH)} ${path}\n`;
}

/** What is known of a module's names, in the words of `lm`. */
export function stateText(module: Module): string {
  switch (module.state) {
    case 'deferred':
      return '(deferred)';
    case 'none':
      return '(no symbols)';
    case 'export':
      return '(export symbols)';
    default:
      return module.symbols!.isPrivate ? '(private pdb symbols)' : '(pdb symbols)';
  }
}

/** Images that WinDbg knows without their path. */
const WELL_KNOWN = /^(?:hal|kdcom)\.dll$/i;

/** The kernel by its PDB's name, for it has several; all others by the path in the list. */
export function shownImage(module: Module): string {
  const { imagePath } = module.facts;
  const file = imagePath.split('\\').pop()!;
  if (WELL_KNOWN.test(file)) return file;
  return module.name === 'nt' && module.pdbName ? `${module.pdbName.replace(/\.pdb$/i, '')}.exe` : imagePath;
}

/** The same without its path. */
const imageName = (module: Module) => shownImage(module).split('\\').pop()!;

function stampText({ image, facts }: Module): string {
  const stamp = image?.headers.TimeDateStamp ?? facts.timeDateStamp;
  const text = hex(stamp, 8).toUpperCase();
  if (image?.isReproducible) return `${text} (This is a reproducible build file hash, not a timestamp)`;
  return stamp === 0 || stamp > LAST_STAMP ? text : `${secondsTime(stamp)} (${text})`;
}

/** Strings of a version resource in the order in which they are told. */
const STRING_ORDER = [
  'CompanyName', 'ProductName', 'InternalName', 'OriginalFilename', 'ProductVersion', 'FileVersion', 'PrivateBuild',
  'SpecialBuild', 'FileDescription', 'LegalCopyright', 'LegalTrademarks', 'Comments',
]; // prettier-ignore
const FILE_TYPES: Readonly<Record<number, string>> = { 1: 'App', 2: 'Dll', 3: 'Driver' };

function details(module: Module): string {
  const row = (name: string, value: string) => `    ${`${name}:`.padEnd(18)}${value}\n`;
  const { image, facts } = module;
  const name = imageName(module);
  let text = '';
  if (module.state === 'pdb' || (module.state !== 'deferred' && module.imageFile))
    text += `    Loaded symbol image file: ${name}\n`;
  text += `    Image path: ${shownImage(module)}\n    Image name: ${name}\n`;
  if (image?.isReproducible) text += '    Image was built with /Brepro flag.\n';
  text += row('Timestamp', stampText(module));
  text += row('CheckSum', hex(image?.headers.CheckSum ?? facts.checkSum, 8).toUpperCase());
  text += row('ImageSize', hex(image?.headers.SizeOfImage ?? facts.size, 8).toUpperCase());
  const version = image && versionResource(image);
  if (!version) return text;
  text += row('Mapping Form', 'Loaded');
  text += row('File version', version.fileVersion) + row('Product version', version.productVersion);
  text += row('File flags', `${hex(version.flags)} (Mask ${hex(version.flagsMask).toUpperCase()})`);
  text += row('File OS', `${hex(version.os).toUpperCase()} NT Win32`);
  text += row('File type', `${version.type}.${version.subtype} ${FILE_TYPES[version.type] ?? 'Unknown'}`);
  text += row('File date', `${hex(version.dateHigh, 8)}.${hex(version.dateLow, 8)}`);
  text += row('Translations', version.translation);
  text += '    Information from resource tables:\n';
  const known = STRING_ORDER.flatMap((key) => version.strings.filter(([name]) => name === key));
  for (const [key, value] of known) text += `        ${`${key}:`.padEnd(18)}${value}\n`;
  return text;
}
