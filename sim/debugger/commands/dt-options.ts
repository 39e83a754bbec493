import { parseMasm } from '../expressions/masm.js';
import type { Scanner } from '../expressions/scanner.js';
import type { Session } from '../session.js';
import { CommandError, SyntaxProblem } from './command.js';
import type { FieldSpec } from './dt-fields.js';
import type { DisplayOptions } from './struct-display.js';

/** What `dt` is asked for. */
export interface Request {
  type: string;
  fields: FieldSpec[];
  at: bigint | undefined;
  list: string[] | undefined;
  size: number | undefined;
  /** `-a`: how many structures behind one another. */
  count: number | undefined;
  /** `-t`: without the globals of that name. */
  typesOnly: boolean;
  /** `-e`: names alone. */
  namesOnly: boolean;
  /** `-d`: each type that fits, as `-v` shows it. */
  showsEach: boolean;
  /** `-p`: in physical memory. */
  isPhysical: boolean;
  options: DisplayOptions;
}

const DEFAULT_DEPTH = 2;
/** Of `-a` without a number. */
const DEFAULT_COUNT = 5;
export const MOST_COUNT = 0x1000;

/** Letters of an option. @param next what the word behind the option is @throws SyntaxProblem for one that there is not */
export function readOptions(
  session: Session,
  print: (text: string) => void,
  request: Request,
  letters: string,
  scanner: Scanner,
  next: { isPrefix: boolean; isName: boolean },
): void {
  for (const [option] of letters.matchAll(/r\d?|a\d*|[^]/gi)) {
    const letter = option[0]!;
    if (letter === 'h' || letter === '?') throw new CommandError(`${USAGE}.help dt tells of dt.\n`);
    if (!/[abcdehilnoprstvxyz]/.test(letter)) {
      print(`Unknown argument -${letter}\n${USAGE}\n`);
      throw new SyntaxProblem('Extra character error', 'dt '.length + 1);
    }
    readOption(session, request, letter, option.slice(1), scanner);
    if (letter === 'y') next.isPrefix = true;
    if (letter === 'n') next.isName = true;
  }
}

const USAGE =
  'Usage: dt [OPTIONS] MODULE!TYPE [FIELD …] [ADDRESS]; OPTIONS are of the letters abcdehilnoprstvxyz.\n';

/** One letter and the number that is glued to it. */
function readOption(
  session: Session,
  request: Request,
  letter: string,
  number: string,
  scanner: Scanner,
): void {
  const { options } = request;
  if (letter === 'r') options.depth = number === '' ? DEFAULT_DEPTH : Number(number);
  if (letter === 'a') request.count = Math.min(Number(number || DEFAULT_COUNT), MOST_COUNT);
  if (letter === 'v') options.verbose = true;
  if (letter === 't') request.typesOnly = true;
  if (letter === 'p') request.isPhysical = true;
  if (letter === 'e') request.namesOnly = true;
  if (letter === 'd') request.showsEach = true;
  if (letter === 'o') options.noOffsets = true;
  if (letter === 'i') options.flat = true;
  if (letter === 'c') options.compact = true;
  if (letter === 'b') {
    options.block = true;
    options.depth = 10;
  }
  if (letter === 'l') request.list = scanner.match(/\S+/)?.split('.');
  if (letter === 's' && !scanner.ended) request.size = Number(parseMasm(scanner, session));
}
