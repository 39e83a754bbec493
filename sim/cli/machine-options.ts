import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import type { MachineOptions } from '../lab-machine.js';
import { profileNames, type ProfileName } from '../machine/profile.js';
import { sizeNames, type SizeName } from '../machine/size.js';
import { parseScenario } from '../scenarios/load.js';
import { UserError } from './errors.js';
import { parseMemory, parseProcessors, parseSeed } from './numbers.js';

/** Options of every command that boots a machine. */
export interface MachineCommandOptions {
  scenario: string;
  seed: string;
  profile?: ProfileName;
  machine?: SizeName;
  memory?: string;
  processors?: string;
}

/** Gives a command the options that say which machine to boot. */
export function withMachineOptions(command: Command): Command {
  return command
    .option(
      '--scenario <name or file>',
      'what happens on the machine: a name, or a .json or .jsonc file',
      'baseline',
    )
    .option('--seed <number>', 'whole number that everything random follows from', '1')
    .addOption(
      new Option('--machine <size>', 'how big the machine is; the scenario says, or classroom').choices(
        sizeNames(),
      ),
    )
    .addOption(
      new Option('--profile <build>', 'Windows build; the scenario says, or win11-22631').choices(
        profileNames(),
      ),
    )
    .option('--memory <size>', 'physical memory, like 512MiB or 8GiB, instead of what the machine has')
    .option('--processors <number>', 'from 1 to 64, instead of what the machine has');
}

/** The machine that the options ask for. @throws with a sentence for the user when one of them is bad */
export function machineOptions(options: MachineCommandOptions): MachineOptions {
  return {
    scenario: isFile(options.scenario) ? readScenario(options.scenario) : options.scenario,
    seed: parseSeed(options.seed),
    ...(options.machine === undefined ? {} : { machine: options.machine }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(options.memory === undefined ? {} : { memory: parseMemory(options.memory) }),
    ...(options.processors === undefined ? {} : { processors: parseProcessors(options.processors) }),
  };
}

/** Names of scenarios have neither dots nor slashes. */
function isFile(scenario: string): boolean {
  return /[./\\]/.test(scenario);
}

function readScenario(file: string) {
  const path = resolve(file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UserError(
      missing
        ? `There is no scenario file ${path}. Give the path of a .json or .jsonc file.`
        : `The scenario file ${path} cannot be read. Check that it is a file you may read.`,
    );
  }
  return parseScenario(text, file);
}
