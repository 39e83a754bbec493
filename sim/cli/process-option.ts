import { UserError } from './errors.js';
import type { GenerateOptions } from './generate.js';

/** Options that say what of the kernel a dump holds. */
const OF_KERNEL_DUMPS: readonly [option: string, isGiven: (options: GenerateOptions) => boolean][] = [
  ['--user-pages', ({ userPages }) => userPages],
  ['--hypervisor-pages', ({ hypervisorPages }) => hypervisorPages],
  ['--nonessential-pages', ({ nonessentialPages }) => nonessentialPages],
  ['--no-abort', ({ abort }) => !abort],
  ['--available-memory', ({ availableMemory }) => availableMemory !== undefined],
  ['--format', ({ format }) => format !== 'bitmap'],
  ['--events', ({ events }) => events !== undefined],
];

/**
 * The process that `--kind process` is to dump: its id, or its program's name; `undefined` for a dump of the kernel.
 * @throws UserError when `--pid` is missing or does not belong
 */
export function processOption(options: GenerateOptions): number | string | undefined {
  const { kind, pid } = options;
  if (kind !== 'process') {
    if (pid === undefined) return undefined;
    throw new UserError('--pid says which process to dump. Give --kind process with it.');
  }
  if (pid === undefined || pid === '')
    throw new UserError(
      'A dump of a process needs to know which. Give --pid with its id or its program, like explorer.exe.',
    );
  const other = OF_KERNEL_DUMPS.find(([, isGiven]) => isGiven(options));
  if (other)
    throw new UserError(`${other[0]} belongs to dumps of the kernel. Leave it out with --kind process.`);
  return /^\d+$/.test(pid) ? Number(pid) : pid;
}
