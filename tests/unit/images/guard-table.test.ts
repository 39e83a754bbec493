// The table of functions that indirect calls may reach, as the load configuration tells of it: winnt.h,
// IMAGE_LOAD_CONFIG_DIRECTORY64. The loader searches it by halves, so it must ascend, also where a profile pins addresses.
import { describe, expect, it } from 'vitest';
import { createMachine } from '../../../sim/index.js';
import { PeFile } from '../../oracles/images/pe-file.js';

const LOAD_CONFIG = 10;
const GUARD_CF_FUNCTION_TABLE = 0x80;
const GUARD_CF_FUNCTION_COUNT = 0x88;
const ENTRY_BYTES = 5; // an RVA, and a byte of flags as IMAGE_LOAD_CONFIG_DIRECTORY64.GuardFlags says

describe.each(['win11-22631', 'win11-22000.2538'] as const)('guard tables of %s', async (profile) => {
  const { kernel } = await createMachine({ machine: 'tiny', seed: 1, profile });

  it.each(kernel.images.images.map((image) => [image.spec.module, image] as const))('%s', (_, image) => {
    const file = new PeFile(image.file);
    const config = file.directories[LOAD_CONFIG]!.rva;
    const table = Number(file.u64(config + GUARD_CF_FUNCTION_TABLE) - file.imageBase);
    const count = Number(file.u64(config + GUARD_CF_FUNCTION_COUNT));
    const found = Array.from({ length: count }, (__, index) => file.u32(table + ENTRY_BYTES * index));
    expect(found).toEqual([...new Set(found)].sort((a, b) => a - b));
    const exported = image.spec.functions.filter((each) => each.exported).map(({ name }) => image.symbols.get(name)!.rva); // prettier-ignore
    for (const rva of exported) expect(found).toContain(rva);
    const functions = new Set(image.functions.map(({ rva }) => rva));
    for (const rva of found) expect(functions.has(rva), rva.toString(16)).toBe(true);
  });
});
