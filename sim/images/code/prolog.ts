import { RUNTIME } from '../runtime.js';
import type { Assembler } from './assembler.js';
import { homeSlot, type Frame } from './frame.js';
import { registerNumber } from './registers.js';
import { PROBE_SIZE } from './stack-probe.js';
import type { UnwindCode, UnwindInfo } from './unwind.js';

const SLOT = 8;
/** Saves at larger offsets than a byte reaches go through RAX, which then points here. */
const FAR_SAVES = 0x100;

/** Writes the prolog of an ordinary function; its unwind data says exactly what it does. */
export function emitProlog(asm: Assembler, frame: Frame): UnwindInfo {
  const codes: UnwindCode[] = [];
  const afterEntry: UnwindCode[] = [];
  frame.homeSaves.forEach((register, index) => {
    asm.store('rsp', SLOT * (index + 1), register);
    afterEntry.push({
      at: 0,
      op: 'save',
      register: registerNumber(register),
      offset: homeSlot(frame, index),
    });
  });
  for (const register of frame.pushes) {
    asm.push(register);
    codes.push({ at: asm.offset, op: 'push', register: registerNumber(register) });
  }
  if (frame.allocation >= PROBE_SIZE) {
    asm.moveImmediate('rax', frame.allocation).call(RUNTIME.probeStack).bytes(0x48, 0x2b, 0xe0); // sub rsp, rax
  } else if (frame.allocation > 0) asm.subtractRsp(frame.allocation);
  if (frame.allocation > 0) codes.push({ at: asm.offset, op: 'allocate', size: frame.allocation });
  emitFrameSaves(asm, frame, codes);
  const info: UnwindInfo = { prologSize: 0, codes };
  if (frame.framePointer) {
    const { register, offset } = frame.framePointer;
    asm.lea(register, 'rsp', offset);
    codes.push({ at: asm.offset, op: 'set-frame-pointer' });
    info.framePointer = { register: registerNumber(register), offset };
  }
  info.prologSize = asm.offset;
  // Offsets of saves count from the finished frame, so they only hold from the prolog's end on.
  for (const code of afterEntry) codes.push({ ...code, at: info.prologSize });
  if (frame.dynamicAllocation > 0) asm.subtractRsp(frame.dynamicAllocation);
  return info;
}

function emitFrameSaves(asm: Assembler, frame: Frame, codes: UnwindCode[]): void {
  const saves = [
    ...frame.vectorSaves.map(({ vector, offset }) => ({ vector, register: undefined, offset })),
    ...frame.frameSaves.map(({ register, offset }) => ({ vector: undefined, register, offset })),
  ];
  const far = saves.some(({ offset }) => offset >= 128);
  if (far) asm.lea('rax', 'rsp', FAR_SAVES);
  for (const { vector, register, offset } of saves) {
    const [base, displacement] =
      offset < 128 ? (['rsp', offset] as const) : (['rax', offset - FAR_SAVES] as const);
    if (vector !== undefined) {
      asm.storeVector(base, displacement, vector);
      codes.push({ at: asm.offset, op: 'save-vector', register: vector, offset });
    } else {
      asm.store(base, displacement, register);
      codes.push({ at: asm.offset, op: 'save', register: registerNumber(register), offset });
    }
  }
}

/** Gives back what the prolog took, up to but without the return. */
export function emitEpilog(asm: Assembler, frame: Frame): void {
  if (frame.dynamicAllocation > 0 && frame.framePointer)
    asm.lea('rsp', frame.framePointer.register, -frame.framePointer.offset);
  for (const { vector, offset } of frame.vectorSaves) asm.loadVector(vector, 'rsp', offset);
  for (const { register, offset } of frame.frameSaves) asm.load(register, 'rsp', offset);
  frame.homeSaves.forEach((register, index) => asm.load(register, 'rsp', homeSlot(frame, index)));
  if (frame.allocation > 0) asm.addRsp(frame.allocation);
  for (const register of [...frame.pushes].reverse()) asm.pop(register);
}
