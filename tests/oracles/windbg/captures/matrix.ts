import type { CaptureOptions, LabMachine } from '../../../../sim/index.js';

export interface Case {
  name: string;
  options: CaptureOptions;
  /** What the engine calls the dump. */
  banner: 'Kernel address space' | 'Partial kernel address space';
}

const WHOLE = 'Kernel address space';
const PARTIAL = 'Partial kernel address space';
const EVERYTHING = { userPages: true, hypervisorPages: true, nonessentialPages: true };
const KERNEL = ['required', 'important', 'pageTable', 'kernelStack', 'nonPagedPool', 'driver', 'systemPte', 'session', 'pagedPool', 'pfnDatabase', 'otherKernel', 'userPageTable']; // prettier-ignore

/** Every way to ask for a dump, smallest first. Budgets cut the important set, the kernel's pages, and user mode's. */
export function casesOf(machine: LabMachine): Case[] {
  const { contents } = machine.capture({ userPages: true });
  machine.endCapture();
  const pages = (names: string[]): number =>
    contents.filter(({ name }) => names.includes(name)).reduce((sum, { pages }) => sum + pages, 0);
  const [required, important, kernel] = [pages(['required']), pages(['important']), pages(KERNEL)];
  const user = pages(['processPrivate', 'sharedSection', 'mappedFile']);
  const half = (from: number, more: number): number => from + Math.floor(more / 2);
  return [
    {
      name: 'half-important',
      options: { pageBudget: half(required, important) },
      banner: PARTIAL,
    },
    { name: 'stacks', options: { kind: 'stacks' }, banner: PARTIAL },
    {
      name: 'half-kernel',
      options: { pageBudget: half(required + important, kernel - required - important) },
      banner: PARTIAL,
    },
    { name: 'full', options: {}, banner: WHOLE },
    { name: 'hypervisor', options: { hypervisorPages: true }, banner: WHOLE },
    {
      name: 'hypervisor-nonessential',
      options: { hypervisorPages: true, nonessentialPages: true },
      banner: WHOLE,
    },
    {
      name: 'half-user',
      options: { userPages: true, pageBudget: half(kernel, user) },
      banner: WHOLE,
    },
    { name: 'user', options: { userPages: true }, banner: WHOLE },
    { name: 'everything', options: EVERYTHING, banner: WHOLE },
  ];
}
