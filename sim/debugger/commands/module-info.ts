import { hex } from '../format/numbers.js';
import type { Session } from '../session.js';
import type { Module } from '../target/module.js';
import { CommandError, type Command } from './command.js';
import { shownImage } from './modules.js';

export const symbolNoise: Command = {
  names: ['!sym'],
  run({ session, print }, args) {
    if (args !== 'noisy' && args !== 'quiet') throw new CommandError('!sym noisy or !sym quiet\n');
    print(`${args} mode - symbol prompts on\n`);
    if (args === 'quiet') return;
    for (const { name, problem } of session.modules) if (problem) print(`DBGENG: ${name}: ${problem}\n`);
  },
};

const MACHINE_X64 = 0x8664;

/** `!lmi`: a module's headers, and how its symbols stand. */
export const moduleInfo: Command = {
  names: ['!lmi'],
  run({ session, print }, args) {
    const module = find(session, args);
    const { image } = module;
    if (!image) throw new CommandError(`Unable to read the image headers of ${module.name}\n`);
    const { headers, pdb } = image;
    const row = (name: string, value: string) => `${name.padStart(15)}: ${value}\n`;
    print(`Loaded Module Info: [${args}] \n`);
    print(row('Module', module.pdbName.replace(/\.pdb$/i, '') || module.name));
    print(
      row('Base Address', hex(module.base, 16)) + row('Image Name', shownImage(module).split('\\').pop()!),
    );
    print(row('Machine Type', `${headers.Machine}${headers.Machine === MACHINE_X64 ? ' (X64)' : ''}`));
    const stamp = hex(headers.TimeDateStamp);
    print(
      row(
        'Time Stamp',
        image.isReproducible
          ? `${stamp} (This is a reproducible build file hash, not a true timestamp)`
          : stamp,
      ),
    );
    print(row('Size', hex(headers.SizeOfImage)) + row('CheckSum', hex(headers.CheckSum)));
    print(`Characteristics: ${hex(headers.Characteristics)}  \n`);
    if (pdb)
      print(
        `Debug Data Dirs: RSDS - GUID: {${pdb.guid}}\n               Age: ${pdb.age}, Pdb: ${pdb.path}\n`,
      );
    print(`    Symbol Type: ${symbolState(module)}\n`);
  },
};

function find(session: Session, name: string): Module {
  const module = session.module(name.trim());
  if (!module) throw new CommandError(`"${name}" was not found in the image list.\n`);
  return module;
}

function symbolState(module: Module): string {
  switch (module.state) {
    case 'deferred':
      return 'DEFERRED - No error - symbol load deferred';
    case 'pdb':
      return `PDB      - Symbols loaded successfully from symbol search path.\n                 ${module.symbols!.path}`;
    default:
      return `NONE     - ${module.problem}`;
  }
}
