import { describe, expect, it } from 'vitest';
import { BitmapPages } from '../../../sim/debugger/dump/bitmap-pages.js';
import { secondaryData } from '../../../sim/debugger/dump/secondary-data.js';
import { BufferSource } from '../../../sim/debugger/index.js';

/** A bitmap dump of one page, written by hand, with what follows its pages. */
function dumpWith(tail: Uint8Array): BufferSource {
  const bytes = new Uint8Array(0x4000 + tail.length);
  const view = new DataView(bytes.buffer);
  bytes.set(Buffer.from('SDMPDUMP', 'latin1'), 0x2000);
  view.setBigUint64(0x2020, 0x3000n, true); // FirstPage
  view.setBigUint64(0x2028, 1n, true); // TotalPresentPages
  view.setBigUint64(0x2030, 64n, true); // Pages
  bytes[0x2038] = 1;
  bytes.set(tail, 0x4000);
  return new BufferSource(bytes);
}

describe('secondary data', () => {
  it('is read behind the pages, blob by blob', () => {
    const tail = new Uint8Array(0x10 + 0x20 + 0x18);
    const view = new DataView(tail.buffer);
    tail.set(Buffer.from('DumpBlob', 'latin1'), 0);
    view.setUint32(0x8, 0x10, true); // HeaderSize
    view.setUint32(0x10, 0x20, true); // of the blob
    tail.fill(0x11, 0x14, 0x24); // GUID
    view.setUint32(0x24, 0x11, true); // DataSize
    view.setUint32(0x2c, 0x7, true); // PostPad
    const file = dumpWith(tail);
    expect(secondaryData(file, new BitmapPages(file))).toEqual([
      { guid: '11111111-1111-1111-1111-111111111111', bytes: 0x11 },
    ]);
  });

  it('is nothing where none follows', () => {
    const file = dumpWith(new Uint8Array(0));
    expect(secondaryData(file, new BitmapPages(file))).toEqual([]);
  });
});
