import { describe, expect, it } from 'vitest';
import type { ImageSet, LabImage } from '../../../sim/images/lab-image.js';
import { remembered, symbolStoreFiles } from '../../../sim/images/store.js';

const none = () => {
  throw new Error('not asked for');
};

function image(module: string, file: string, pdb: string, timeDateStamp: number): LabImage {
  return {
    spec: {
      module,
      file,
      path: file,
      pdb,
      description: '',
      kind: 'kernel',
      imageBase: '0',
      entryPoint: '',
      functions: [],
      globals: [],
    },
    file: Uint8Array.of(0x4d, 0x5a),
    timeDateStamp,
    checkSum: 0,
    sizeOfImage: 0x104a000,
    imageBase: 0n,
    entryPoint: 0,
    pdb: { name: pdb, guid: '6B29FC40CA471067B31D00DD010662DA', age: 0x1a },
    sections: [],
    symbols: new Map(),
    functions: [],
    coldParts: new Map(),
    imports: [],
    returnAddress: none,
    callSites: none,
    callSlot: none,
    restAddress: none,
  };
}

describe('symbol store', () => {
  const images = [
    image('nt', 'ntoskrnl.exe', 'ntkrnlmp.pdb', 0x00c0ffee),
    image('hal', 'hal.dll', 'hal.pdb', 0xbd5e1b9e),
  ];
  const set: ImageSet = { images, get: none, add: none };
  const files = [...symbolStoreFiles(set, { build: 22631, types: {}, enums: {} })];

  it('keys files as SymSrv does, in load order', () => {
    expect(files.map(({ path }) => path)).toEqual([
      'ntkrnlmp.pdb/6B29FC40CA471067B31D00DD010662DA1a/ntkrnlmp.pdb',
      'ntoskrnl.exe/00C0FFEE104a000/ntoskrnl.exe',
      'windows/ntkrnlmp.pdb/6B29FC40CA471067B31D00DD010662DA-26.json',
      'hal.pdb/6B29FC40CA471067B31D00DD010662DA1a/hal.pdb',
      'hal.dll/BD5E1B9E104a000/hal.dll',
    ]);
  });

  it('holds the image as it is, and the same PDB each time', () => {
    const [pdb, exe] = files;
    expect(exe?.bytes()).toBe(images[0]?.file);
    expect(pdb?.bytes()).toEqual(pdb?.bytes());
  });

  it('makes a file once when it is to be remembered, and none before', () => {
    let times = 0;
    const [file] = remembered([{ path: 'a', bytes: () => Uint8Array.of(++times) }]);
    expect(times).toBe(0);
    expect(file!.bytes()).toBe(file!.bytes());
    expect(times).toBe(1);
  });
});
