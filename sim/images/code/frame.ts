import type { FrameSpec, FunctionSpec } from '../spec.js';
import type { Dice } from './dice.js';
import { callKind, callsLocal, callSlot, HOME_SPACE } from './call-kind.js';
import { asNonVolatile, vectorNumber, type Register } from './registers.js';

/** A prolog, decided. */
export interface Frame {
  pushes: Register[];
  /** Saved in the caller's home space: the n-th at [RSP on entry + 8 + 8n]. */
  homeSaves: Register[];
  /** Saved by a move in the frame, offsets from RSP in the body. */
  frameSaves: { register: Register; offset: number }[];
  vectorSaves: { vector: number; offset: number }[];
  /** Bytes below the pushed registers. */
  allocation: number;
  framePointer?: { register: Register; offset: number };
  dynamicAllocation: number;
  machineFrame?: FrameSpec['machineFrame'];
  /** Saved where the wrapped part of the body begins, each at an offset from RSP. */
  wrappedSaves: { register: Register; offset: number }[];
  /** Where the stack cookie lies, as offset from RSP in the body. */
  cookie?: number;
  /** No prolog at all, and so no unwind data. */
  leaf: boolean;
}

const SLOT = 8;

/** Prologs of the kinds that compilers write most. */
const USUAL: FrameSpec[] = [
  { size: 0x30 },
  { pushes: ['rbx'], size: 0x30 },
  { saves: ['rbx'], pushes: ['rdi'], size: 0x30 },
  { saves: ['rbx', 'rsi'], pushes: ['rdi'], size: 0x40 },
  { saves: ['rbx', 'rsi'], pushes: ['rdi', 'r14', 'r15'], size: 0x60 },
  { saves: ['rbx'], pushes: ['rsi', 'rdi', 'r14'], size: 0x70 },
  { pushes: ['rbx', 'rsi', 'rdi', 'r12', 'r13', 'r14', 'r15'], size: 0xa0 },
];

/** Decides on the frame of a function: as its spec says, else one of the usual. Throws when the parts do not fit. */
export function planFrame(spec: FunctionSpec, dice: Dice): Frame {
  const calls = spec.calls ?? [];
  const given =
    spec.frame ?? pickUsual(calls.length > 0 || spec.rests !== undefined || spec.cookie === true, dice);
  const pushes = (given.pushes ?? []).map(asNonVolatile);
  const saves = Object.entries(given.frameSaves ?? {});
  const locals = calls.filter(callsLocal).map((call) => callSlot(call) + SLOT);
  const outgoing = Math.max(HOME_SPACE, ...locals);
  const cookieBytes = spec.cookie ? SLOT : 0;
  const least = SLOT * (1 + pushes.length) + outgoing + cookieBytes;
  const enough = (least + 15) & ~15;
  const size = spec.frame ? (given.size ?? enough) : Math.max(given.size ?? 0, enough);
  const frame: Frame = {
    pushes,
    homeSaves: (given.saves ?? []).map(asNonVolatile),
    frameSaves: saves
      .filter(([name]) => vectorNumber(name) === undefined)
      .map(([name, offset]) => ({ register: asNonVolatile(name), offset })),
    vectorSaves: saves.flatMap(([name, offset]) => {
      const vector = vectorNumber(name);
      return vector === undefined ? [] : [{ vector, offset }];
    }),
    allocation: size - SLOT * (1 + pushes.length),
    dynamicAllocation: given.dynamicAllocation ?? 0,
    wrappedSaves: [],
    leaf: given.leaf ?? false,
  };
  if (given.machineFrame) frame.machineFrame = given.machineFrame;
  if (given.framePointer)
    frame.framePointer = {
      register: asNonVolatile(given.framePointer.register),
      offset: given.framePointer.offset,
    };
  const room = frame.allocation - (calls.length > 0 ? outgoing : 0) - cookieBytes;
  if (!frame.leaf && !frame.machineFrame && (size % 16 !== 0 || room < 0))
    throw new Error(`${spec.name}: a frame of ${size} bytes does not hold its parts`);
  if (frame.leaf && calls.some((call) => callKind(call) !== 'entry'))
    throw new Error(`${spec.name}: a leaf calls nobody`);
  if (spec.cold && (frame.leaf || frame.machineFrame || spec.wrapped || spec.source || spec.labels))
    throw new Error(`${spec.name}: a function of its kind has no part elsewhere`);
  if (spec.wrapped) frame.wrappedSaves = planWrapped(spec, frame, spec.wrapped.saves);
  // Above the locals, so that a buffer that runs over meets it first.
  if (spec.cookie) frame.cookie = frame.allocation - SLOT;
  if (
    spec.cookie &&
    (frame.leaf || frame.machineFrame || frame.framePointer || spec.guarded || saves.length > 0)
  )
    throw new Error(`${spec.name}: a function of its kind has no stack cookie`);
  return frame;
}

/** Home slots that the prolog leaves for the wrapped part of a body. */
function planWrapped(spec: FunctionSpec, frame: Frame, saves: readonly string[]): Frame['wrappedSaves'] {
  const { homeSaves, frameSaves, pushes } = frame;
  const taken = new Set([...homeSaves, ...pushes, ...frameSaves.map(({ register }) => register)]);
  const registers = saves.map(asNonVolatile);
  const isPlain = !frame.leaf && !frame.machineFrame && !frame.framePointer && frame.dynamicAllocation === 0;
  const isAlone = !spec.guarded && !spec.cookie && !spec.source && !spec.rests && !spec.tail;
  const fits = homeSaves.length + saves.length <= HOME_SPACE / SLOT;
  if (!isPlain || !isAlone || !fits || registers.some((register) => taken.has(register)))
    throw new Error(`${spec.name}: a function of its kind has no wrapped part`);
  return registers.map((register, index) => ({
    register,
    offset: homeSlot(frame, homeSaves.length + index),
  }));
}

/** Offset of a slot of the caller's home space from RSP in the body. */
export function homeSlot(frame: Pick<Frame, 'allocation' | 'pushes'>, index: number): number {
  return frame.allocation + SLOT * (frame.pushes.length + 1 + index);
}

function pickUsual(calls: boolean, dice: Dice): FrameSpec {
  if (!calls && dice.below(4) === 0) return { leaf: true };
  return dice.pick(USUAL);
}
