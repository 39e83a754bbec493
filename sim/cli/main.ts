import { Command, CommanderError, Option } from 'commander';
import { version } from '../version.js';
import { fail, UserError } from './errors.js';
import { sizeNames } from '../machine/size.js';
import { generate, type GenerateOptions } from './generate.js';

const program = new Command('livedump-lab')
  .description(
    'A Windows 11 x64 machine in a box: makes live kernel dumps that WinDbg opens, with symbols and known truth.',
  )
  .version(version)
  .exitOverride()
  .configureOutput({ writeErr: () => undefined });

program
  .command('generate')
  .description('boot a machine and write a live kernel dump of it')
  .option('--scenario <name>', 'what happens on the machine', 'baseline')
  .option('--seed <number>', 'whole number that everything random follows from', '1')
  .addOption(
    new Option('--machine <size>', 'how big the machine is').choices(sizeNames()).default('classroom'),
  )
  .option('--memory <size>', 'physical memory, like 512MiB or 8GiB, instead of what the machine has')
  .option('--processors <number>', 'from 1 to 64, instead of what the machine has')
  .addOption(new Option('--kind <kind>', 'what the dump holds').choices(['full']).default('full'))
  .requiredOption('--out <file>', 'the dump file to write')
  .option('--symbols <folder>', 'also write a symbol store: PDBs and images')
  .option('--truth <file>', 'also write what is true of the machine, as JSON')
  .option('--force', 'overwrite files that exist', false)
  .option('--json', 'print the result as JSON and show no progress', false)
  .action((options: GenerateOptions) => generate(options));

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Help and version that were asked for end with 0 and have printed themselves.
    if (error.code === 'commander.help') fail(new UserError(program.helpInformation().trimEnd()));
    else if (error.exitCode !== 0) fail(new UserError(sentence(error.message)));
  } else fail(error);
}

/** Commander's `error: option …` as a sentence. */
function sentence(message: string): string {
  const text = message.replace(/^error: /, '').split('\n')[0]!;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'} See "livedump-lab --help".`;
}
