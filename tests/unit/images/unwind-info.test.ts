import { expect, it } from 'vitest';
import { encodeUnwindInfo } from '../../../sim/images/code/unwind.js';

const bytes = (info: Parameters<typeof encodeUnwindInfo>[0]) =>
  Buffer.from(encodeUnwindInfo(info)).toString('hex');

it('describes `sub rsp, 28h` as every compiler does', () => {
  expect(bytes({ prologSize: 4, codes: [{ at: 4, op: 'allocate', size: 0x28 }] })).toBe('0104010004420000');
});

it('describes `push rbx; sub rsp, 20h` as every compiler does', () => {
  const codes = [
    { at: 2, op: 'push', register: 3 },
    { at: 6, op: 'allocate', size: 0x20 },
  ] as const;
  expect(bytes({ prologSize: 6, codes: [...codes] })).toBe('0106020006320230');
});

it('chooses the form of an allocation by its size', () => {
  const form = (size: number) => bytes({ prologSize: 7, codes: [{ at: 7, op: 'allocate', size }] }).slice(8);
  expect(form(128)).toBe('07f20000');
  expect(form(136)).toBe('07011100');
  expect(form(512 * 1024 - 16)).toBe('0701feff');
  expect(form(512 * 1024)).toBe('0711000008000000');
});

it('scales saves and the frame pointer', () => {
  const text = bytes({
    prologSize: 16,
    codes: [
      { at: 8, op: 'set-frame-pointer' },
      { at: 12, op: 'save-vector', register: 6, offset: 0x30 },
      { at: 16, op: 'save', register: 3, offset: 0x100 },
    ],
    framePointer: { register: 5, offset: 0x80 },
  });
  expect(text).toBe('01100585' + '10342000' + '0c680300' + '08030000');
});

it('marks hardware frames with and without error code', () => {
  const form = (errorCode: boolean) =>
    bytes({ prologSize: 0, codes: [{ at: 0, op: 'machine-frame', errorCode }] });
  expect(form(false)).toBe('01000100000a0000');
  expect(form(true)).toBe('01000100001a0000');
});

it('refuses a prolog that no byte can count', () => {
  expect(() => encodeUnwindInfo({ prologSize: 256, codes: [] })).toThrow('256');
});
