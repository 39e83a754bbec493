import type { Command } from '../command.js';
import { CommandError } from '../command.js';
import { evaluateDx } from './evaluate.js';
import { DxError } from './model.js';
import { formatted, gridOf, renderDx } from './render.js';
import { refuse } from '../refuse.js';

/** Options. Source: Microsoft, "dx (Display Debugger Object Model Expression)". */
const OPTION = /^-(r(\d*)|[gsv]|[chmn])(?=\s|$)\s*/;
/** A format behind the expression: `,d` `,x` `,s`. */
const FORMAT = /,\s*(d|x|s|sb|su)\s*$/;

/** `@$name = …` keeps a value. */
const ASSIGNMENT = /^@\$(\w+)\s*=(?![=>])\s*/;
/** What is shown when nothing is asked. */
const ROOT = '@$debuggerRootNamespace';

/** `dx`: the data model. */
export const dx: Command = {
  names: ['dx'],
  run({ session, print, capture }, args) {
    let rest = args;
    let depth = 1;
    let [grid, isQuiet] = [false, false];
    for (let option = OPTION.exec(rest); option; option = OPTION.exec(rest)) {
      if (/^[chmnv]/.test(option[1]!)) refuse('dx', `-${option[1]!}`);
      if (option[1] === 's') isQuiet = true;
      if (option[1]!.startsWith('r')) depth = option[2] === '' ? 1 : Number(option[2]);
      if (option[1] === 'g') grid = true;
      rest = rest.slice(option[0].length);
    }
    try {
      const format = FORMAT.exec(rest);
      const source = (format ? rest.slice(0, format.index) : rest) || ROOT;
      const assigned = ASSIGNMENT.exec(source);
      const result = evaluateDx(session, source.slice(assigned?.[0].length ?? 0), { capture });
      const value = formatted(result, format?.[1]);
      const name = assigned?.[1];
      if (name !== undefined) session.dxVariables.set(name.toLowerCase(), { name, value });
      if (isQuiet) return;
      print(grid ? gridOf(session, value) : renderDx(session, rest || ROOT, value, depth));
    } catch (error) {
      if (error instanceof DxError) throw new CommandError(`Error: ${error.message}\n`);
      throw error;
    }
  },
};
