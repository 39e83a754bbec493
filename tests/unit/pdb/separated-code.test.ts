// Parts of functions that lie elsewhere, as a PDB tells of them: debuggers call them by their functions.
import { describe, expect, it } from 'vitest';
import { BufferSource } from '../../../sim/debugger/files/byte-source.js';
import { PdbFile } from '../../../sim/debugger/pdb/pdb-file.js';
import { ModuleSymbols } from '../../../sim/debugger/symbols/module-symbols.js';
import { buildImages } from '../../../sim/images/build.js';
import { buildPdb } from '../../../sim/images/pdb/build-pdb.js';
import { partsElsewhere } from '../../oracles/images/function-code.js';
import { PeFile } from '../../oracles/images/pe-file.js';

const BASE = 0xffff_f800_0000_0000n;
const set = buildImages();

describe.each(['nt', 'Ntfs', 'ntdll'])('parts of functions of %s', (module) => {
  const image = set.get(module);
  const file = new PeFile(image.file);
  const symbols = new ModuleSymbols(new PdbFile(new BufferSource(buildPdb(image))), '', BASE);
  /** As the unwind data of the file has them. */
  const parts = image.spec.functions.flatMap(({ name }) => {
    const { rva, size } = image.symbols.get(name)!;
    return partsElsewhere(file, rva, size).map((range) => ({ name, rva, size, range }));
  });

  it('have the names of their functions, from the first byte to the last', () => {
    expect(parts.length).toBeGreaterThan(0);
    for (const { name, rva, range } of parts)
      for (const at of [range.begin, range.begin + 1, range.end - 1])
        expect(symbols.nearest(at), name).toMatchObject({ name, rva });
  });

  it('are followed by what follows on their functions', () => {
    for (const { name, rva, size, range } of parts) {
      const next = symbols.next(range.begin)!;
      expect(next.rva, name).toBeGreaterThanOrEqual(rva + size);
      expect(next, name).toBe(symbols.next(rva));
    }
  });

  it('end where they end', () => {
    for (const { name, range } of parts) expect(symbols.nearest(range.end)?.name, name).not.toBe(name);
  });
});
