import type { Kernel } from '../machine/machine.js';
import { hex, type Address } from './address.js';

/** Memory that is not Windows'. Frames as `6656+12`: twelve, the first with number 6656. */
export interface TruthHypervisor {
  /** Base of hvix64 in the hypervisor's own address space. */
  image: Address;
  /** Physical address of the hypervisor's PML4. */
  pageTableRoot: Address;
  /** LAB_HV_GLOBALS, in the hypervisor's address space. */
  globals: Address;
  virtualProcessors: number;
  /** In dumps with hypervisor pages. */
  essential: string;
  /** In dumps with nonessential pages too. */
  nonessential: string;
  /** In no dump. */
  secureKernel: string;
}

const PAGE_SHIFT = 12n;

export function truthOfHypervisor({ core: { exports }, images, hardware }: Kernel): TruthHypervisor {
  const [secure, essential, heap, end] = [
    exports.hypervisorSecureFrames(),
    exports.hypervisorEssentialFrames(),
    exports.hypervisorHeapFrames(),
    exports.hypervisorEnd(),
  ];
  const globals = exports.hypervisorGlobals();
  return {
    image: hex(globals - BigInt(images.get('hvix64').symbols.get('HvGlobals')!.rva)),
    pageTableRoot: hex(BigInt(exports.hypervisorRoot()) << PAGE_SHIFT),
    globals: hex(globals),
    virtualProcessors: hardware.processors,
    essential: frames(essential, heap),
    nonessential: frames(heap, end),
    secureKernel: frames(secure, essential),
  };
}

function frames(first: number, end: number): string {
  return `${first}+${end - first}`;
}
