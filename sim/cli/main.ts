import { Command, CommanderError, Option } from 'commander';
import { dumpFormats } from '../livedump/options.js';
import { version } from '../version.js';
import { check, type CheckOptions } from './check.js';
import type { DebugOptions } from './debug/debug.js';
import { fail, UserError } from './errors.js';
import { listScenarios } from './scenarios.js';
import { withMachineOptions } from './machine-options.js';
import { generate, type GenerateOptions } from './generate.js';

const program = new Command('livedump-lab')
  .description(
    'A Windows 11 x64 machine in a box: makes live kernel dumps that WinDbg opens, with symbols and known truth.',
  )
  .version(version)
  .exitOverride()
  .configureOutput({ writeErr: () => undefined });

withMachineOptions(
  program.command('generate').description('boot a machine and write a live kernel dump of it'),
)
  .addOption(
    new Option('--kind <kind>', 'what the dump holds').choices(['full', 'stacks', 'process']).default('full'),
  )
  .option('--user-pages', 'also the pages of user mode (full dumps)', false)
  .option('--hypervisor-pages', "also the hypervisor's pages (full dumps)", false)
  .option('--nonessential-pages', 'with --hypervisor-pages: also those that are not essential', false)
  .option('--no-abort', 'with too little free memory: write what there is room for instead of giving up')
  .option('--available-memory <size>', 'free memory of the machine when the dump is asked for, like 64MiB')
  .addOption(
    new Option('--format <format>', 'container of the dump').choices(dumpFormats()).default('bitmap'),
  )
  .option('--events <file>', 'also write the events that the machine logged of the dump, as JSON')
  .option('--pid <id or program>', 'with --kind process: the process, by its id or its program')
  .requiredOption('--out <file>', 'the dump file to write')
  .option('--symbols <folder>', 'also write a symbol store: PDBs and images')
  .option('--truth <file>', 'also write what is true of the machine, as JSON')
  .option('--force', 'overwrite files that exist', false)
  .option('--json', 'print the result as JSON and show no progress', false)
  .action((options: GenerateOptions) => generate(options));

withMachineOptions(
  program
    .command('check')
    .description('boot a machine and check that all of its kernel structures agree with each other'),
)
  .option('--advance <ms>', 'let so many milliseconds pass first', '0')
  .option('--json', 'print the result as JSON', false)
  .action((options: CheckOptions) => check(options));

program
  .command('debug')
  .description('open a dump: the commands of WinDbg, without Windows')
  .argument('<file>', 'the dump')
  .option('--symbols <folder>', 'a symbol store, or a folder with PDBs')
  .option('-c, --command <commands>', 'run these commands, separated by semicolons, and end')
  .action(async (file: string, options: DebugOptions) => {
    // Loaded when asked for: the disassembler alone costs every other command 0.15 s.
    const { debug } = await import('./debug/debug.js');
    await debug(file, options);
  });

program.command('scenarios').description('list the scenarios that come with the lab').action(listScenarios);

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
