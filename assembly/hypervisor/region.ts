// Physical memory that is not Windows': what the boot loader gave the hypervisor and the secure kernel. It is in no
// run of nt!MmPhysicalMemoryBlock, the PFN database says that it does not exist, and the root partition cannot map it.
//
//   … Windows' memory │ secure kernel (VTL 1) │ hypervisor: essential, heap │ device hole
import { renderFrame, SEEDED } from '../memory/frames';

let secureBase: u32 = 0;
let base: u32 = 0;
let front: u32 = 0; // first frame that is not given out; at the end of the boot the heap begins here
let end: u32 = 0;

/** Sets frames `secure` to `end` - 1 aside, of which the hypervisor has those from `hypervisor` on. */
export function setAside(secure: u32, hypervisor: u32, last: u32): void {
  secureBase = secure;
  base = hypervisor;
  front = hypervisor;
  end = last;
  // What the secure kernel keeps there is nobody's business; that it is there must be seen to be kept from dumps.
  for (let pfn = secure; pfn < hypervisor; pfn++) renderFrame(pfn, SEEDED, 0);
}

/** A zeroed frame of the hypervisor's essential memory. */
export function takeHypervisorFrame(): u32 {
  assert(front < end, 'the hypervisor is out of memory');
  return front++;
}

/** The essential part ends, the heap begins, at frame `first`. */
export function beginHeap(first: u32): void {
  front = first;
}

/** First frame of the secure kernel's memory, which ends where the hypervisor's begins. */
export function secureFrames(): u32 {
  return secureBase;
}

/** First frame of the hypervisor's essential memory, which ends where its heap begins. */
export function essentialFrames(): u32 {
  return base;
}

/** First frame of the hypervisor's heap. */
export function heapFrames(): u32 {
  return front;
}

/** One more than the last frame that is not Windows'. */
export function hypervisorEnd(): u32 {
  return end;
}
