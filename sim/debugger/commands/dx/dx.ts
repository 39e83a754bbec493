import type { Command } from '../command.js';
import { CommandError } from '../command.js';
import { evaluateDx } from './evaluate.js';
import { DxError } from './model.js';
import { gridOf, renderDx } from './render.js';

/** `dx`: the data model. */
export const dx: Command = {
  names: ['dx'],
  run({ session, print }, args) {
    let rest = args;
    let depth = 1;
    let grid = false;
    for (let option = /^-(r(\d*)|g|v|s)\s*/.exec(rest); option; option = /^-(r(\d*)|g|v|s)\s*/.exec(rest)) {
      if (option[1]!.startsWith('r')) depth = option[2] === '' ? 1 : Number(option[2]);
      if (option[1] === 'g') grid = true;
      rest = rest.slice(option[0].length);
    }
    try {
      const value = evaluateDx(session, rest);
      print(grid ? gridOf(session, value) : renderDx(session, rest, value, depth));
    } catch (error) {
      if (error instanceof DxError) throw new CommandError(`Error: ${error.message}\n`);
      throw error;
    }
  },
};
