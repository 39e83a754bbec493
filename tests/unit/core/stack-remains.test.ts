import { describe, expect, it } from 'vitest';
import { get } from './objects/support.js';
import { bytes, core, machine, symbol } from './support.js';

const PAGE = 4096;
const STACK_PAGES = 7n;
const FAR_CALL_BYTES = 7;

/** Whether the bytes before an address are a call: relative, through memory, or through a register. */
function followsCall(address: bigint): boolean {
  const code = bytes(address - BigInt(FAR_CALL_BYTES), FAR_CALL_BYTES);
  const at = (back: number) => code.getUint8(FAR_CALL_BYTES - back);
  const callsThrough = (back: number) => at(back) === 0xff && ((at(back - 1) >> 3) & 7) === 2;
  return at(5) === 0xe8 || [2, 3, 4, 6, 7].some(callsThrough);
}

const threads = machine.stage.processes
  .flatMap((process) => process.threads)
  .filter(({ isSwappedOut }) => !isSwappedOut);

/** Words of a page of a thread's kernel stack, below the frames of now; page 0 is the highest one. */
function stackPage({ address }: (typeof threads)[number], depth: bigint): bigint[] {
  const top = get(address, '_KTHREAD', 'KernelStack');
  const base = get(address, '_KTHREAD', 'StackBase');
  expect(depth).toBeLessThan(STACK_PAGES);
  const start = base - (depth + 1n) * BigInt(PAGE);
  const page = bytes(start, PAGE);
  return Array.from({ length: PAGE / 8 }, (_, word) => page.getBigUint64(word * 8, true)).filter(
    (_, word) => start + BigInt(word) * 8n < top,
  );
}

describe('what earlier calls left on kernel stacks', () => {
  const isCode = (word: bigint) =>
    machine.kernel.loaded.modules.some(
      ({ base, image }) => word >= base && word < base + BigInt(image.sizeOfImage),
    );

  it('has return addresses, each right after a call', () => {
    // Code of win32k is there for the processes of a session only.
    core.exports.processAttach(machine.stage.processes.find(({ name }) => name === 'explorer.exe')!.address);
    const left = threads.slice(0, 8).flatMap((thread) => stackPage(thread, 1n).filter(isCode));
    expect(left.length).toBeGreaterThan(8 * 10);
    // What a system service called by the kernel returns to is pushed, not called.
    for (const address of left.filter((word) => word !== symbol('KiServiceLinkage')))
      expect(followsCall(address), address.toString(16)).toBe(true);
  });

  it('differs from stack to stack', () => {
    const pages = threads.slice(0, 8).map((thread) => stackPage(thread, 1n).join());
    expect(new Set(pages).size).toBe(8);
  });

  it('is little in the depths that few calls reach', () => {
    const used = (depth: bigint) =>
      threads.filter((thread) => stackPage(thread, depth).some((word) => word !== 0n)).length;
    expect(used(6n)).toBeLessThan(used(3n));
    expect(used(1n)).toBe(threads.length);
  });
});
