import { deflateRawSync } from 'node:zlib';
import { downloadZip } from 'client-zip';
import { describe, expect, it } from 'vitest';
import { zipEntries } from '../../../../web/debugger/worker/zip-entries.js';

const date = new Date(Date.UTC(2026, 0, 1));

/** A zip with one deflated file, written from the format's description alone. */
function deflatedZip(name: string, content: string, saidSize = content.length): Blob {
  const packed = deflateRawSync(content);
  const label = Buffer.from(name);
  const sizes = Buffer.alloc(12);
  sizes.writeUInt32LE(packed.length, 4);
  sizes.writeUInt32LE(saidSize, 8);
  const head = Buffer.from([20, 0, 0, 0, 8, 0, 0, 0, 0, 0]);
  const lengths = Buffer.from([label.length, 0, 0, 0]);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), head, sizes, lengths, label, packed]);
  const central = Buffer.concat([
    Buffer.from('PK\x01\x02'),
    Buffer.from([20, 0]),
    head,
    sizes,
    lengths,
    Buffer.alloc(14), // no comment, first disk, no attributes, at the start of the file
    label,
  ]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return new Blob([local, central, end]);
}

describe('zip files', () => {
  it('opens stored files', async () => {
    const zip = await downloadZip([
      { name: 'a.pdb/1/a.pdb', input: 'first', lastModified: date },
      { name: 'b.pdb', input: 'second', lastModified: date },
    ]).blob();
    const entries = await zipEntries(zip);
    expect(entries.map(({ path, size }) => [path, size])).toEqual([
      ['a.pdb/1/a.pdb', 5],
      ['b.pdb', 6],
    ]);
    expect(await (await entries[1]!.open()).text()).toBe('second');
  });

  it('opens deflated files', async () => {
    const content = 'symbols '.repeat(1000);
    const [entry] = await zipEntries(deflatedZip('ntkrnlmp.pdb', content));
    expect(entry?.path).toBe('ntkrnlmp.pdb');
    expect(await (await entry!.open()).text()).toBe(content);
  });

  it('stops where a file unpacks to more than it says', async () => {
    const [entry] = await zipEntries(deflatedZip('bomb.pdb', 'x'.repeat(1_000_000), 10));
    await expect(entry!.open()).rejects.toThrow('bomb.pdb is larger than the zip file says.');
  });

  it('says when a file is no zip, or is damaged', async () => {
    await expect(zipEntries(new Blob(['PAGEDU64']))).rejects.toThrow('This is no zip file.');
    const bytes = new Uint8Array(await deflatedZip('a.pdb', 'text').arrayBuffer());
    for (let at = bytes.length - 22; at < bytes.length; at++) {
      const broken = bytes.slice();
      broken[at] = 0xff;
      const outcome = await zipEntries(new Blob([broken])).then(
        (entries) => entries.length,
        (error: Error) => error.message,
      );
      expect([1, 'This zip file is damaged.', 'This is no zip file.']).toContain(outcome);
    }
  });
});
