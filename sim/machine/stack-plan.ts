import type { LabImage, LabSymbol } from '../images/index.js';
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
        .flatMap(({ address, dynamicAllocation, localOffset, localValue }) => [
          address,
          dynamicAllocation,
          localOffset,
          localValue,
        ]),
    );
  }

  /**
   * Plans the stack of functions (`module!Function`, from the innermost out) of a thread that was switched out:
   * its innermost function called nt!SwapContext.
   */
  static waiting(images: CodeModules, functions: readonly string[]): StackPlan {
    return new StackPlan(
      functions.map((name, depth) =>
        frameOf(images, name, depth === 0 ? 'nt!SwapContext' : functions[depth - 1]!),
      ),
    );
  }

  /** Plans the user stack of a thread whose innermost function called the stub of a system service. */
  static user(images: CodeModules, functions: readonly string[], stub: string): StackPlan {
    return new StackPlan(
      functions.map((name, depth) => frameOf(images, name, depth === 0 ? stub : functions[depth - 1]!)),
    );
  }

  /** Plans the stack of a thread that runs: its innermost function is where a processor rests. */
  static running(images: CodeModules, functions: readonly string[]): StackPlan {
    return new StackPlan(
      functions.map((name, depth) =>
        depth === 0 ? restingFrame(images, name) : frameOf(images, name, functions[depth - 1]!),
      ),
    );
  }

  /** Puts the frames into the exchange buffer, outermost first, as the core wants them; returns their number. */
  put(core: Core): number {
    core.putWords(this.#words);
    return this.names.length;
  }
}

function frameOf(images: CodeModules, caller: string, callee: string): PlannedFrame {
  if (isInterruptEntry(images, callee)) return restingFrame(images, caller);
  const [module, name] = split(caller);
  const { image, base } = images.get(module);
  const { rva, slot, allocation, symbol } = siteOf(image, name, callee);
  return {
    address: base + rva,
    dynamicAllocation: allocation,
    localOffset: slot ?? NO_LOCAL,
    localValue: slot === undefined ? 0n : images.address(callee),
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

/** Whether a function is entered by an interrupt, at any instruction of what ran before. */
function isInterruptEntry(images: CodeModules, qualified: string): boolean {
  const [module, name] = split(qualified);
  const { image } = images.get(module);
  let entries = interruptEntries.get(image);
  if (!entries) {
    const found = image.spec.functions.filter(({ frame }) => frame?.machineFrame === 'interrupt');
    interruptEntries.set(image, (entries = new Set(found.map((spec) => spec.name))));
  }
  return entries.has(name);
}

const interruptEntries = new WeakMap<LabImage, ReadonlySet<string>>();

function restingFrame(images: CodeModules, qualified: string): PlannedFrame {
  const [module, name] = split(qualified);
  const { image, base } = images.get(module);
  const rva = image.restAddress(name);
  return {
    address: base + BigInt(rva),
    dynamicAllocation: 0n,
    localOffset: NO_LOCAL,
    localValue: 0n,
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

/** The nearest public symbol at or before an RVA, and the displacement from it. */
export function nameOf(images: CodeModules, module: string, rva: number): string {
  return nearest(images.get(module).image, rva);
}

function nearest(image: LabImage, rva: number): string {
  const symbols = sortedSymbols(image);
  let low = 0;
  let high = symbols.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (symbols[middle]!.rva <= rva) low = middle + 1;
    else high = middle;
  }
  const { name, rva: start } = symbols[low - 1]!;
  const displacement = rva - start;
  return `${image.spec.module}!${name}${displacement === 0 ? '' : `+0x${displacement.toString(16)}`}`;
}

const sorted = new WeakMap<LabImage, readonly LabSymbol[]>();

function sortedSymbols(image: LabImage): readonly LabSymbol[] {
  const known = sorted.get(image);
  if (known) return known;
  const symbols = [...image.symbols.values()].sort((a, b) => a.rva - b.rva);
  sorted.set(image, symbols);
  return symbols;
}
