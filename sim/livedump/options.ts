import formatData from './formats.json';

/** `full`: what the kernel has in memory. `stacks`: what tells processors, threads and their kernel stacks. */
export type DumpKind = 'full' | 'stacks';
export type DumpFormat = keyof typeof formatData.formats;

/** What a dump is to hold, and in which container. */
export interface CaptureOptions {
  /** `full` by default. */
  kind?: DumpKind;
  /** Adds the pages in the working sets of processes. */
  userPages?: boolean;
  /** Adds the hypervisor's essential memory. */
  hypervisorPages?: boolean;
  /** With `hypervisorPages`: adds the rest of the hypervisor's memory. */
  nonessentialPages?: boolean;
  /**
   * Whether to give up when there is too little free memory for the copy; true by default. When off, the dump then
   * holds what there is room for.
   */
  abortIfMemoryPressure?: boolean;
  /** SYSDBG_LIVEDUMP_CONTROL flag CompressMemoryPagesData, which the machine does not support. */
  compressPages?: boolean;
  /** SYSDBG_LIVEDUMP_CONTROL flag UseDumpStorageStack, which the machine does not support. */
  dumpStorageStack?: boolean;
  /** Most pages that the dump may hold; what matters least is left out. No bound by default. */
  pageBudget?: number;
  /** `bitmap` by default. Those that hold all of physical memory take no option that chooses pages. */
  format?: DumpFormat;
}

export type ResolvedCaptureOptions = Required<Omit<CaptureOptions, 'pageBudget'>> &
  Pick<CaptureOptions, 'pageBudget'>;

const KINDS: readonly DumpKind[] = ['full', 'stacks'];
/** Fewer pages cannot hold what a debugger opens a dump by. */
const LEAST_BUDGET = 1;

/** Names of all formats. */
export function dumpFormats(): DumpFormat[] {
  return Object.keys(formatData.formats) as DumpFormat[];
}

export function formatOf(name: DumpFormat): { number: number; memory: string; title: string } {
  return formatData.formats[name];
}

/** @throws RangeError with a sentence for the user when the options contradict each other or name nothing that exists */
export function resolveCaptureOptions(options: CaptureOptions): ResolvedCaptureOptions {
  const {
    kind = 'full',
    userPages = false,
    hypervisorPages = false,
    nonessentialPages = false,
    abortIfMemoryPressure = true,
    compressPages = false,
    dumpStorageStack = false,
    pageBudget,
    format = 'bitmap',
  } = options;
  if (!KINDS.includes(kind))
    throw new RangeError(`There is no kind of dump "${String(kind)}". Kinds: ${KINDS.join(', ')}.`);
  if (!Object.hasOwn(formatData.formats, format))
    throw new RangeError(`There is no format "${String(format)}". Formats: ${dumpFormats().join(', ')}.`);
  if (pageBudget !== undefined && (!Number.isSafeInteger(pageBudget) || pageBudget < LEAST_BUDGET))
    throw new RangeError(`The page budget must be a whole number from ${LEAST_BUDGET}, not ${pageBudget}.`);
  if (nonessentialPages && !hypervisorPages)
    throw new RangeError('Nonessential pages are the hypervisor’s: ask for the hypervisor pages too.');
  if (kind === 'stacks' && (userPages || hypervisorPages))
    throw new RangeError(
      'A kernel stacks dump holds neither user nor hypervisor pages. Ask for a full dump, or leave them out.',
    );
  if (formatOf(format).memory === 'all' && (kind === 'stacks' || userPages || pageBudget !== undefined))
    throw new RangeError(
      `The format ${format} holds all of physical memory: the kind stacks, user pages and a page budget belong to bitmap dumps.`,
    );
  return {
    kind,
    userPages,
    hypervisorPages,
    nonessentialPages,
    abortIfMemoryPressure,
    compressPages,
    dumpStorageStack,
    format,
    ...(pageBudget !== undefined && { pageBudget }),
  };
}
