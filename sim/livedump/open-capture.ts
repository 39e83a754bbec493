import type { Kernel } from '../machine/machine.js';
import { Capture } from './capture.js';
import { classMask, contentsOf, lacksKernelPages } from './contents.js';
import { formatOf, type ResolvedCaptureOptions } from './options.js';

const NO_BUDGET = 0xffffffff;

/** Selects a machine's pages and makes the headers of the file. `comment` goes into the header. */
export function openCapture(kernel: Kernel, options: ResolvedCaptureOptions, comment: string): Capture {
  const { core, hardware, profile } = kernel;
  const { exports } = core;
  const { number, memory } = formatOf(options.format);
  exports.memorySettle();
  if (memory === 'all') exports.dumpSelectAllMemory();
  else exports.dumpSelect(classMask(options), options.pageBudget ?? NO_BUDGET);
  const contents = memory === 'all' ? [] : contentsOf(core);
  const [commentBytes] = core.putTexts({ text: comment, wide: false });
  const bytes = exports.dumpOpen(
    number,
    lacksKernelPages(contents),
    profile.build,
    hardware.processors,
    exports.memorySystemRoot(),
    exports.exchangeBuffer(),
    commentBytes!,
  );
  return new Capture(core, Number(bytes), options, contents);
}
