import { serviceNumber, type FunctionSpec, type LabImage } from '../images/index.js';
import type { Core } from './core.js';
import { split } from './kernel-images.js';

/** Images by the names that debuggers have for them, and where they are loaded. */
export interface CodeModules {
  get(module: string): { readonly image: LabImage; readonly base: bigint };
  /** Address of `module!symbol`. */
  address(qualified: string): bigint;
}

const NO_LOCAL = 0xffffffffffffffffn;

/** One frame of a stack: where its function stands, and what the frame holds beyond its prolog's doing. */
interface PlannedFrame {
  address: bigint;
  dynamicAllocation: bigint;
  localOffset: bigint;
  localValue: bigint;
  /** How the function was entered, as the core has it: see {@link enteredBy}. */
  entry: bigint;
  /** As a debugger prints it: `nt!KiSwapContext+0x76`. */
  name: string;
}

/** A stack as its functions' call sites, ready for the core to lay out. */
export class StackPlan {
  /** From the innermost out. */
  readonly names: readonly string[];
  /** What the core is told of each frame, from the outermost in. */
  readonly #words: BigUint64Array;

  private constructor(frames: readonly PlannedFrame[]) {
    this.names = frames.map(({ name }) => name);
    this.#words = BigUint64Array.from(
      frames
        .toReversed()
        .flatMap(({ address, dynamicAllocation, localOffset, localValue, entry }) => [
          address,
          dynamicAllocation,
          localOffset,
          localValue,
          entry,
        ]),
    );
  }

  /**
   * Plans the stack of functions (`module!Function`, from the innermost out) of a thread that was switched out:
   * its innermost function called nt!SwapContext. Any path of the call graph will do. A function that the processor
   * enters (`nt!KiPageFault`, `nt!KiDpcInterrupt`) may follow on any other, as if that had been interrupted; a system
   * service that the kernel asked for itself is `nt!KiSystemServiceCopyEnd`, `nt!KiServiceLinkage` and the function that
   * called the Zw stub. `faultAddress` is what a page fault on the way was about. Throws, naming both, when a function
   * does not call the next.
   */
  static waiting(images: CodeModules, functions: readonly string[], faultAddress = 0n): StackPlan {
    return new StackPlan(
      functions.map((_, depth) =>
        frameOf(
          images,
          functions,
          depth,
          depth === 0 ? 'nt!SwapContext' : functions[depth - 1]!,
          faultAddress,
        ),
      ),
    );
  }

  /** Plans the user stack of a thread whose innermost function called the stub of a system service. */
  static user(images: CodeModules, functions: readonly string[], stub: string): StackPlan {
    return new StackPlan(
      functions.map((_, depth) =>
        frameOf(images, functions, depth, depth === 0 ? stub : functions[depth - 1]!),
      ),
    );
  }

  /** Plans the stack of a thread that runs: its innermost function is where a processor rests. */
  static running(images: CodeModules, functions: readonly string[]): StackPlan {
    return new StackPlan(
      functions.map((name, depth) =>
        depth === 0
          ? restingFrame(images, name, enteredBy(images, functions, 0, 0n))
          : frameOf(images, functions, depth, functions[depth - 1]!),
      ),
    );
  }

  /** Puts the frames into the exchange buffer, outermost first, as the core wants them; returns their number. */
  put(core: Core): number {
    core.putWords(this.#words);
    return this.names.length;
  }
}

function frameOf(
  images: CodeModules,
  functions: readonly string[],
  depth: number,
  callee: string,
  faultAddress = 0n,
): PlannedFrame {
  const caller = functions[depth]!;
  const entry = enteredBy(images, functions, depth, faultAddress);
  // A Zw stub pushes what an interrupt would: its linkage is not called, but left at its start.
  if (isProcessorEntry(images, callee)) return restingFrame(images, caller, entry);
  const [module, name] = split(caller);
  const { image, base } = images.get(module);
  const { rva, slot, allocation, symbol } = siteOf(image, name, callee);
  return {
    address: base + rva,
    dynamicAllocation: allocation,
    localOffset: slot ?? NO_LOCAL,
    localValue: slot === undefined ? 0n : images.address(callee),
    entry,
    name: symbol,
  };
}

/** A call in an image, wherever that is loaded. */
interface Site {
  /** Of the return address. */
  rva: bigint;
  /** Local that holds the call's target, if one does. */
  slot: bigint | undefined;
  /** Bytes that the caller allocates beyond what its unwind data says. */
  allocation: bigint;
  symbol: string;
}

const sites = new WeakMap<LabImage, Map<string, Site>>();

/** The call of a function of an image to `callee`: found once, as most stacks go through the same few. */
function siteOf(image: LabImage, name: string, callee: string): Site {
  let known = sites.get(image);
  if (!known) sites.set(image, (known = new Map<string, Site>()));
  const key = `${name} ${callee}`;
  let site = known.get(key);
  if (!site) {
    const rva = image.returnAddress(name, callee);
    const slot = image.callSlot(name, callee);
    site = {
      rva: BigInt(rva),
      slot: slot === undefined ? undefined : BigInt(slot),
      allocation: BigInt(dynamicAllocation(image, name)),
      symbol: nearest(image, rva),
    };
    known.set(key, site);
  }
  return site;
}

const LINKAGE = 'nt!KiServiceLinkage';
/** How the core is told that a function was entered; what the entry was about stands above the low byte. */
const ENTRY = { call: 0n, interrupt: 1n, exception: 2n, service: 3n };
const DETAIL_BITS = 8n;

/** How the function at `depth` was entered, for the core: by a call where nothing else is known. */
function enteredBy(
  images: CodeModules,
  functions: readonly string[],
  depth: number,
  faultAddress: bigint,
): bigint {
  if (depth === functions.length - 1) return ENTRY.call; // what a thread starts on is laid out with the thread
  const [module, name] = split(functions[depth]!);
  const { image } = images.get(module);
  switch (machineFrames(image).get(name)) {
    case 'interrupt':
      return ENTRY.interrupt;
    case 'error-code':
      return ENTRY.exception | BigInt.asUintN(64, faultAddress << DETAIL_BITS);
    case 'system-call': {
      if (functions[depth + 1] !== LINKAGE) return ENTRY.call;
      const [, service] = split(functions[depth - 1] ?? '!');
      return ENTRY.service | (BigInt(serviceNumber(image.spec, service) ?? 0) << DETAIL_BITS);
    }
    default:
      return ENTRY.call;
  }
}

/** Whether the processor enters a function by itself, at any instruction of what ran before. */
function isProcessorEntry(images: CodeModules, qualified: string): boolean {
  const [module, name] = split(qualified);
  const kind = machineFrames(images.get(module).image).get(name);
  return kind === 'interrupt' || kind === 'error-code';
}

type MachineFrames = ReadonlyMap<string, NonNullable<NonNullable<FunctionSpec['frame']>['machineFrame']>>;

const machineFramesOf = new WeakMap<LabImage, MachineFrames>();

/** The functions of an image, and labels in them, that start on a hardware frame. */
function machineFrames(image: LabImage): MachineFrames {
  let known = machineFramesOf.get(image);
  if (!known) {
    const entries = image.spec.functions.flatMap(({ name, frame, labels = [] }) => {
      const kind = frame?.machineFrame;
      return kind ? [name, ...labels.map((label) => label.name)].map((each) => [each, kind] as const) : [];
    });
    machineFramesOf.set(image, (known = new Map(entries)));
  }
  return known;
}

function restingFrame(images: CodeModules, qualified: string, entry: bigint): PlannedFrame {
  const [module, name] = split(qualified);
  const { image, base } = images.get(module);
  const rva = image.restAddress(name);
  return {
    address: base + BigInt(rva),
    dynamicAllocation: 0n,
    localOffset: NO_LOCAL,
    localValue: 0n,
    entry,
    name: nameOf(images, module, rva),
  };
}

/** Bytes that the function allocates beyond what its unwind data says. */
function dynamicAllocation({ spec: { functions } }: LabImage, name: string): number {
  const spec = functions.find(
    (candidate) => candidate.name === name || candidate.labels?.some((label) => label.name === name),
  );
  return spec?.frame?.dynamicAllocation ?? 0;
}

/** The function of which a part lies at an RVA, else the nearest public symbol before it, and the displacement from it. */
export function nameOf(images: CodeModules, module: string, rva: number): string {
  return nearest(images.get(module).image, rva);
}

function nearest(image: LabImage, rva: number): string {
  const symbols = sortedSymbols(image);
  let low = 0;
  let high = symbols.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (symbols[middle]!.from <= rva) low = middle + 1;
    else high = middle;
  }
  const { name, rva: start } = symbols[low - 1]!;
  const displacement = rva - start;
  return `${image.spec.module}!${name}${displacement === 0 ? '' : `+0x${displacement.toString(16)}`}`;
}

/** A name that debuggers show from an RVA on, and the RVA that they count from. */
interface Named {
  name: string;
  from: number;
  rva: number;
}

const sorted = new WeakMap<LabImage, readonly Named[]>();

function sortedSymbols(image: LabImage): readonly Named[] {
  const known = sorted.get(image);
  if (known) return known;
  const own = [...image.symbols.values()].map(({ name, rva }) => ({ name, from: rva, rva }));
  const parts = [...image.coldParts].map(([name, { rva }]) => ({
    name,
    from: rva,
    rva: image.symbols.get(name)!.rva,
  }));
  const symbols = [...own, ...parts].sort((a, b) => a.from - b.from);
  sorted.set(image, symbols);
  return symbols;
}
