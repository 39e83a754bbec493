import { Arguments } from './arguments.js';
import { type Command } from './command.js';
import { refuse } from './refuse.js';

/** `.eventlog`: the last events of a live session; a dump has the one that it was opened with. */
export const eventLog: Command = {
  names: ['.eventlog'],
  run({ capture, print }) {
    print(`Event log is empty\n${capture('.lastevent').split('\n')[0]!}\n`);
  },
};

/** `.push`, `.pop`: keep the user's pseudo-registers with `/r`, and give them back. */
export const pushAndPop: Command = {
  names: ['.push', '.pop'],
  run({ session, print }, args, name) {
    const rest = new Arguments(session, args);
    let [withRegisters, isQuiet] = [false, false];
    for (let option = rest.letterOption(); option !== undefined; option = rest.letterOption()) {
      if (option === 'r') withRegisters = true;
      else if (option === 'q') isQuiet = true;
      else refuse(name, `/${option}`);
    }
    rest.expectNothing(name);
    if (!withRegisters) return;
    if (name === '.push') session.registers.push();
    else if (!session.registers.pop()) throw rest.problem('No pseudo temp state to pop', name);
    if (!isQuiet) print(`${name === '.push' ? 'Pushed' : 'Popped'} pseudo-register temporaries\n`);
  },
};

const MASM = 'MASM - Microsoft Assembler expressions';
const CPP = 'C++ - C++ source expressions';

/** `.expr`: what reads expressions. */
export const evaluator: Command = {
  names: ['.expr'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const option = rest.letterOption()?.toLowerCase();
    if (option === 'q') print(`Available expression evaluators:\n${MASM}\n${CPP}\n\n`);
    else if (option === 's') {
      const wanted = rest.word() ?? '';
      if (wanted.toLowerCase() === 'c++') refuse('.expr', '/s c++');
      if (wanted.toLowerCase() !== 'masm') print(`No evaluator named '${wanted}'\n`);
    } else if (option !== undefined) print(`Unknown option '${option}'\n`);
    print(`Current expression evaluator: ${MASM}\n`);
    rest.expectNothing('.expr');
  },
};

/** Options of `.asm`, in the order in which they are told, and whether this debugger has them. */
const ASSEMBLY_OPTIONS = {
  verbose: false,
  no_code_bytes: true,
  ignore_output_width: true,
  source_line: false,
};

/** `.asm`, `.asm-`: how instructions are shown. Lines are never cut here, whatever `ignore_output_width` says. */
export const assemblyOptions: Command = {
  names: ['.asm', '.asm-'],
  run({ session: { assemblyOptions: set }, print }, args, name) {
    for (const word of args.split(/\s+/).filter(Boolean)) {
      const option = word.toLowerCase();
      if (!(option in ASSEMBLY_OPTIONS)) {
        print(`Unknown assembly option '${word}'\n`);
        break;
      }
      if (name === '.asm-') set.delete(option);
      else if (ASSEMBLY_OPTIONS[option as keyof typeof ASSEMBLY_OPTIONS]) set.add(option);
      else refuse('.asm', option);
    }
    const shown = Object.keys(ASSEMBLY_OPTIONS).filter((option) => set.has(option));
    print(`Assembly options: ${shown.join(' ') || '<default>'}\n`);
  },
};
