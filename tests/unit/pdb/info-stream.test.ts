import { describe, expect, it } from 'vitest';
import { guidBytes, writeInfoStream } from '../../../sim/images/pdb/info-stream.js';

describe('PDB information stream', () => {
  it("keeps a GUID's first three parts little-endian", () => {
    // {6B29FC40-CA47-1067-B31D-00DD010662DA}, the example of the GUID structure's documentation.
    expect(Buffer.from(guidBytes('6B29FC40CA471067B31D00DD010662DA')).toString('hex')).toBe(
      '40fc296b47ca6710b31d00dd010662da',
    );
  });

  it.each(['', '6B29FC40', '{6B29FC40-CA47-1067-B31D-00DD010662DA}', 'XB29FC40CA471067B31D00DD010662DA'])(
    'refuses %j as a GUID',
    (guid) => {
      expect(() => guidBytes(guid)).toThrow(/GUID/);
    },
  );

  it('starts with version, signature and age, and ends with the VC140 feature', () => {
    const identity = { guid: '6B29FC40CA471067B31D00DD010662DA', age: 3, signature: 0x9abcdef0 };
    const stream = writeInfoStream(identity, new Map([['/names', 5]]));
    const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
    expect([0, 4, 8].map((offset) => view.getUint32(offset, true))).toEqual([20000404, 0x9abcdef0, 3]);
    expect(view.getUint32(stream.length - 4, true)).toBe(20140508);
  });
});
