// The kernel of a real build's profile: what docs/PROFILES.md says of it.
import { describe, expect, it } from 'vitest';
import { createMachine } from '../../../sim/index.js';
import build from '../../../sim/profiles/win11-22000.2538/kernel-image.json' with { type: 'json' };
import { PeFile } from '../../oracles/images/pe-file.js';

const known: Readonly<Record<string, number>> = build.symbols;
/** Functions that are longer than the real ones: the document names them. */
const NAMED = ['KiSwapContext', 'NtClose', 'KiSystemCall64'];

describe('nt of win11-22000.2538', async () => {
  const { kernel } = await createMachine({ machine: 'tiny', seed: 1, profile: 'win11-22000.2538' });
  const nt = kernel.images.get('nt');
  const file = new PeFile(nt.file);
  const ours = [...nt.symbols.values()].filter(({ name, kind }) => kind !== 'label' && name in known);
  const elsewhere = ours.filter(({ name, rva }) => rva !== known[name]);
  const sorted = [...new Set([...Object.values(known), build.sizeOfImage])].sort((a, b) => a - b);
  const roomOf = (rva: number) => sorted.find((next) => next > rva)! - rva;

  it('is at the real addresses but for some twenty, which do not fit or share theirs with another name', () => {
    expect(ours.length).toBeGreaterThan(400);
    expect(elsewhere.length).toBeGreaterThan(10);
    expect(elsewhere.length).toBeLessThan(25);
    const placed = new Map(ours.filter(({ name, rva }) => rva === known[name]).map((each) => [each.rva, each.name])); // prettier-ignore
    for (const { name, size } of elsewhere)
      expect(size > roomOf(known[name]!) || placed.has(known[name]!), name).toBe(true);
    for (const name of NAMED) expect(elsewhere.map((each) => each.name)).toContain(name);
  });

  it('has nothing of ours over a known address that is another symbol’s', () => {
    for (const { name, rva, size, kind } of nt.symbols.values()) {
      if (kind === 'label') continue;
      const covered = sorted.filter((address) => address > rva && address < rva + size);
      expect(covered, name).toEqual([]);
    }
  });

  it('has the real build’s stamp, size and PDB', () => {
    expect([nt.timeDateStamp, file.sizeOfImage]).toEqual([build.timeDateStamp, build.sizeOfImage]);
    expect(nt.pdb).toEqual(build.pdb);
  });
});
