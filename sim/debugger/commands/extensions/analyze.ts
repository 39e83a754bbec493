import { hex } from '../../format/numbers.js';
import { imageName, processAt } from '../../kernel/processes.js';
import { MemoryError } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { SymbolsError } from '../../symbols/symbols-error.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command, type CommandContext } from '../command.js';
import { expectEnd, refuse } from '../refuse.js';
import { bugCheckName, bugCheckText } from './bug-check-text.js';
import { blockedOnResources } from './locks.js';

const LINE = '*'.repeat(79);
const LONGEST_LEVEL = 99;
const PARAMETERS = 4;
/** From this level on modules and all that the context has are told too; -vv asks for everything. */
const ALL = LONGEST_LEVEL;

interface Question {
  /** 0 without -v. */
  level: number;
  hang: boolean;
  show: boolean;
}

/** `!analyze`: a first look. */
export const analyze: Command = {
  names: ['!analyze'],
  run(context, args) {
    const { session, print } = context;
    const rest = new Arguments(session, args);
    const question = questionOf(rest);
    if (question.show) return print(shownText(rest));
    expectEnd('!analyze', rest);
    const { header } = session.target;
    const code = header.BugCheckCode;
    const parameters = [
      header.BugCheckParameter1,
      header.BugCheckParameter2,
      header.BugCheckParameter3,
      header.BugCheckParameter4,
    ];
    print(headingText('Bugcheck Analysis'));
    if (question.level === 0)
      print(
        'Use !analyze -v to get detailed debugging information.\n\n' +
          `BugCheck ${hex(code)}, {${parameters.map((value) => hex(value)).join(', ')}}\n${bugCheckName(code)}\n`,
      );
    else {
      print(`${bugCheckText(code, parameters)}\nDebugging Details:\n------------------\n\n`);
      print(`\nBUGCHECK_CODE:  ${hex(code)}\n`);
      parameters.forEach((value, i) => print(`\nBUGCHECK_P${i + 1}: ${hex(value)}\n`));
    }
    if (question.hang) print(hangText(context));
    print(`\nPROCESS_NAME:  ${processName(session)}\n`);
    if (question.level === 0) return;
    print(`\nSTACK_TEXT:  \n${context.capture('kv')}\n`);
    print(siteText(session));
    if (question.level === ALL)
      print(`\nCONTEXT:  \n${context.capture('r')}\nMODULES:  \n${context.capture('lm')}`);
  },
};

/** -v with a level, -vv, -f, -hang and -show. Source: Microsoft, "!analyze". */
function questionOf(rest: Arguments): Question {
  const question: Question = { level: 0, hang: false, show: false };
  while (!question.show) {
    const option = rest.letterOption();
    if (option === undefined) break;
    const level = /^v(\d{0,2})$/.exec(option)?.[1];
    if (level !== undefined) question.level = level === '' ? 1 : Number(level);
    else if (option === 'vv') question.level = ALL;
    else if (option === 'hang') question.hang = true;
    else if (option === 'show') question.show = true;
    // -f asks for an analysis where there is no exception: a dump always has a reason to be analysed.
    else if (option !== 'f') refuse('!analyze', `Option -${option}`);
  }
  return question;
}

function headingText(title: string): string {
  const middle = `*${' '.repeat(24)}${title.padEnd(53)}*`;
  const empty = `*${' '.repeat(77)}*`;
  return `${LINE}\n${empty}\n${middle}\n${empty}\n${LINE}\n\n`;
}

/** `-show CODE [P1 P2 P3 P4]`: what a bug check means, whatever the dump is of. */
function shownText(rest: Arguments): string {
  if (rest.ended) throw new CommandError('Usage: !analyze -show BUGCHECKCODE [P1 [P2 [P3 [P4]]]]\n');
  const code = Number(rest.value() & 0xffffffffn);
  const parameters: bigint[] = [];
  while (!rest.ended && parameters.length < PARAMETERS) parameters.push(rest.value());
  expectEnd('!analyze -show', rest);
  while (parameters.length < PARAMETERS) parameters.push(0n);
  return bugCheckText(code, parameters);
}

/** What of the system stands still: resources that others wait for, then calls that wait for processors. */
function hangText({ session, capture }: CommandContext): string {
  const blocked = blockedOnResources(session);
  const rows = blocked.map(
    ({ resource, owners, waiters }) =>
      `    Resource 0x${hex(resource, 16)}: ${waiters.map((at) => hex(at, 16)).join(' ')} ` +
      `blocked by ${owners.map((at) => hex(at, 16)).join(' ') || 'nobody that the resource names'}\n`,
  );
  const [first] = blocked.flatMap(({ owners }) => owners);
  return (
    `\nScanning for threads blocked on locks ...\n${rows.join('') || 'No thread waits for a resource that another owns.\n'}` +
    (first === undefined ? '' : `\nBLOCKING_THREAD:  ${hex(first, 16)}\n`) +
    `\nScanning the DPC queues ...\n${capture('!dpcs')}`
  );
}

function processName(session: Session): string {
  try {
    return imageName(session, processAt(session, session.process));
  } catch (error) {
    if (!(error instanceof MemoryError || error instanceof SymbolsError)) throw error;
    return '(not in the dump)';
  }
}

/** Where the dump was made: symbol, module, image. */
function siteText(session: Session): string {
  const { rip } = session.scope.context;
  const module = session.moduleAt(rip);
  if (!module) return '';
  return (
    `\nSYMBOL_NAME:  ${session.symbolText(rip)}\n\nMODULE_NAME: ${module.name}\n\n` +
    `IMAGE_NAME:  ${module.facts.imagePath.split('\\').at(-1)}\n\nSTACK_COMMAND:  .cxr; .ecxr ; kb\n`
  );
}
