import type { Kernel } from '../machine/machine.js';
import { Capture } from './capture.js';
import { classMask, contentsOf, lacksKernelPages, type ClassContents } from './contents.js';
import { formatOf, type ResolvedCaptureOptions } from './options.js';

const NO_BUDGET = 0xffffffff;

/** Selects a machine's pages; says what was selected by class, nothing where the format holds all of memory. */
export function selectContents({ core }: Kernel, options: ResolvedCaptureOptions): ClassContents[] {
  const { exports } = core;
  exports.memorySettle();
  if (formatOf(options.format).memory === 'all') {
    exports.dumpSelectAllMemory(classMask(options));
    return [];
  }
  exports.dumpSelect(classMask(options), options.pageBudget ?? NO_BUDGET);
  return contentsOf(core);
}

/** Makes the headers of the file with the pages that {@link selectContents} chose. `comment` goes into the header. */
export function openCapture(
  kernel: Kernel,
  options: ResolvedCaptureOptions,
  contents: readonly ClassContents[],
  comment: string,
): Capture {
  const { core, hardware, profile } = kernel;
  const { exports } = core;
  const { number } = formatOf(options.format);
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
