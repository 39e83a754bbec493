import { describe, expect, it } from 'vitest';
import { addressesIn } from '../../../../web/debugger/addresses.js';
import { linePieces } from '../../../../web/debugger/command-window/line-pieces.js';
import { nextAddress, type AddressPlace } from '../../../../web/debugger/command-window/address-cursor.js';
import { Transcript } from '../../../../web/debugger/transcript.js';

const texts = (line: string) => addressesIn(line).map(({ address }) => address);

describe('addresses in a line', () => {
  it('are sixteen digits, with a grave accent or without', () => {
    expect(texts('PROCESS ffff9103b4bc4080 at ffff9103`b4bc4080')).toEqual([
      'ffff9103b4bc4080',
      'ffff9103`b4bc4080',
    ]);
    expect(texts('rax=ffff9103b4bc4080 rbx=0x00007ff612345678')).toEqual([
      'ffff9103b4bc4080',
      '00007ff612345678',
    ]);
  });

  it('are neither zero, nor a part of longer digits, nor shorter ones', () => {
    expect(texts('rcx=0000000000000000 00000000`00000000')).toEqual([]);
    expect(texts('SHA-256 ffff9103b4bc4080ffff9103b4bc4080 and ffff9103`b4bc4080`b4bc4080')).toEqual([]);
    expect(texts('Cid 0004 eflags=00000246 DirBase: 1ad000 nt!KiSwapContext+0x76')).toEqual([]);
  });

  it('tell where they stand', () => {
    const line = '+0x000 Flink : 0xffff9103`b4bc4080 _LIST_ENTRY';
    for (const { start, end, address } of addressesIn(line)) expect(line.slice(start, end)).toBe(address);
    expect(addressesIn(line).length).toBe(1);
  });
});

it('is a piece of its own where the keyboard is, also in a link', () => {
  const line = 'at ffff9103b4bc4080';
  expect(linePieces(line, [{ start: 3, end: 19, command: 'dq' }], '', { start: 3, end: 19 })).toEqual([
    { text: 'at ', isFound: false },
    { text: 'ffff9103b4bc4080', isFound: false, isAt: true, command: 'dq' },
  ]);
});

describe('the keyboard among the addresses of the output', () => {
  const transcript = new Transcript();
  transcript.append('no address\n1111111111111111 2222222222222222\nnone\n3333333333333333\nnone\n');
  const walk = (step: 1 | -1, count: number, from: AddressPlace | null = null) => {
    let at = from;
    return Array.from({ length: count }, () => {
      at = nextAddress(transcript, at, step);
      return at?.address[0];
    }).join('');
  };

  it('begins at the last one and goes up line by line, in each from right to left', () => {
    expect(walk(-1, 4)).toBe('3211');
  });

  it('goes down again, and stays at the end', () => {
    const first = nextAddress(transcript, nextAddress(transcript, null, -1), -1);
    expect(walk(1, 3, { ...first!, start: 0, address: '1' })).toBe('233');
  });

  it('is nowhere where there is none', () => {
    expect(nextAddress(new Transcript(), null, -1)).toBeNull();
  });
});
