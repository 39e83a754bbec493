import type { Command } from '../command.js';
import { CommandError } from '../command.js';
import { evaluateDx } from './evaluate.js';
import { DxError } from './model.js';
import { skipped as skippedEntries } from './queries.js';
import { formatted, gridOf, renderDx } from './render.js';
import { refuse } from '../refuse.js';

/** Options. Source: Microsoft, "dx (Display Debugger Object Model Expression)". */
const OPTION = /^-(r(\d+)|[gsv]|[hmn]|c\s+(\d+))(?=\s|$)\s*/;
/** An option without what belongs to it. */
const WRONG_OPTION = /^-[cr]\s+(?=\S)/;
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
    let skipped = 0;
    let [grid, isQuiet] = [false, false];
    for (let option = OPTION.exec(rest); option; option = OPTION.exec(rest)) {
      if (/^[hmnv]/.test(option[1]!)) refuse('dx', `-${option[1]!}`);
      if (option[1] === 's') isQuiet = true;
      if (option[1]!.startsWith('r')) depth = Number(option[2]);
      if (option[1]!.startsWith('c')) skipped = Number(option[3]);
      if (option[1] === 'g') grid = true;
      rest = rest.slice(option[0].length);
    }
    try {
      if (WRONG_OPTION.test(rest))
        throw new DxError(`Unexpected token at '${rest.replace(WRONG_OPTION, '')}'`);
      const format = FORMAT.exec(rest);
      const source = (format ? rest.slice(0, format.index) : rest) || ROOT;
      const assigned = ASSIGNMENT.exec(source);
      const result = evaluateDx(session, source.slice(assigned?.[0].length ?? 0), { capture });
      const value = formatted(result, format?.[1]);
      const name = assigned?.[1];
      if (name !== undefined) session.dxVariables.set(name.toLowerCase(), { name, value });
      if (isQuiet) return;
      const shown =
        value.kind === 'collection'
          ? { ...value, entries: () => skippedEntries(value.entries(), skipped) }
          : value;
      print(grid ? gridOf(session, shown) : renderDx(session, rest || ROOT, shown, depth));
    } catch (error) {
      if (error instanceof DxError) throw new CommandError(`Error: ${error.message}\n`);
      throw error;
    }
  },
};
