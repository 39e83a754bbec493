import type { FunctionSource, FunctionSpec } from '../spec.js';
import { importSlot } from '../spec-parts.js';
import { ByteWriter } from '../byte-writer.js';
import { Assembler } from './assembler.js';
import { emitCold, type ColdPart } from './cold-part.js';
import type { CodeFixup } from './code-writer.js';
import { Dice } from './dice.js';
import { emitFiller, type FillerScope } from './filler.js';
import { callKind, callsLocal, callSlot, HOME_SPACE, type CallKind } from './call-kind.js';
import { planFrame, type Frame } from './frame.js';
import { emitCookieCheck, emitCookieStore, type CookieData } from './stack-cookie.js';
import { emitEpilog, emitProlog } from './prolog.js';
import { referencesOf } from './references.js';
import { emitTemplate } from './templates.js';
import { emitTrapEntry, emitTrapExit } from './trap-entry.js';
import { registerNumber, type Register } from './registers.js';
import { RUNTIME } from '../runtime.js';
import type { UnwindInfo } from './unwind.js';
import { emitWrapped, type CodePart } from './wrapped-part.js';

export interface CallSite {
  /** As in the spec; undefined for an indirect call. */
  to: string | undefined;
  frame: string | undefined;
  via: CallKind;
  /** Offset of the return address in the function, or in its cold part. */
  returnAt: number;
  isCold?: boolean;
  slot: number | undefined;
}

/** A function's machine code, before it has an address. */
export interface CodeBlock {
  spec: FunctionSpec;
  bytes: Uint8Array;
  fixups: CodeFixup[];
  calls: CallSite[];
  labels: { name: string; offset: number }[];
  /** Offset of an instruction in the body, see `LabImage.restAddress`. */
  rest: number;
  /** Offsets of its `__try` and of the `__except` block, where it has them. */
  guard?: { start: number; end: number; except: number };
  /** Its stack cookie, where it has one. */
  cookie?: CookieData;
  /** Absent for leaf functions. */
  unwind: UnwindInfo | undefined;
  /** Ranges of the code up to its end whose unwind data goes on in `unwind`. */
  parts: readonly CodePart[];
  /** Code of it that lies elsewhere. */
  cold?: ColdPart;
  /** Where the body is that prolog and epilog surround. */
  body: { start: number; end: number };
  /** Bytes of the frame between the return address and RSP in the body. */
  frameBytes: number;
  /** Source lines of the code from each offset on, in modules that have sources. */
  lines: readonly SourceLine[];
}

export interface SourceLine {
  offset: number;
  line: number;
}

/** What a module offers to the code of its functions. */
export interface CodeScope {
  module: string;
  /** Data that code may refer to. */
  globals: readonly string[];
  /** Number of a system service. Throws when there is none of the name. */
  serviceNumber(name: string): number;
  /** 4-byte arguments of a function of 32-bit code, `Function` or `module!Function`. */
  argumentsOf?(target: string): number;
}

/** Registers of the first arguments, in order. */
const ARGUMENTS: readonly Register[] = ['rcx', 'rdx', 'r8', 'r9'];
/** Where code with sources keeps what a call returned: the lowest local. */
const RESULT_SLOT = HOME_SPACE;
/** mov, lea and cmp with a register. */
const GLOBAL_ACCESS = [0x8b, 0x8d, 0x3b] as const;

/** Where every function is written first: thousands of buffers would be more work than their code. */
const scratch = new ByteWriter(4096);

/** Writes a function's code as its spec says; what the spec leaves open follows from its name. */
export function generateFunction(spec: FunctionSpec, scope: CodeScope): CodeBlock {
  scratch.truncate(0);
  const asm = new Assembler(scratch);
  if (spec.template) {
    const rest = emitTemplate(asm, spec, scope);
    const end = asm.offset;
    return finish(asm, spec, { calls: [...entryCalls(spec)], rest, body: { start: 0, end } });
  }
  const dice = new Dice(`${scope.module}!${spec.name}`);
  const frame = planFrame(spec, dice);
  const { source } = spec;
  (source?.parameters ?? []).forEach((_, index) => asm.store('rsp', 8 * (index + 1), ARGUMENTS[index]!));
  const unwind = frame.leaf
    ? undefined
    : frame.machineFrame
      ? emitTrapEntry(asm, frame)
      : emitProlog(asm, frame);
  const filler = fillerScope(spec, frame, scope);
  const { cookie } = frame;
  if (cookie !== undefined) emitCookieStore(asm, cookie);
  for (const call of spec.calls ?? []) if (callsLocal(call)) asm.store('rsp', callSlot(call), 'rdx');
  const start = asm.offset;
  const body: EmittedCalls = { calls: [], labels: [], lines: [] };
  const calls = spec.calls?.length ?? 0;
  const { wrapped } = spec;
  emitCalls(asm, spec, dice, filler, body, 0, wrapped?.calls ?? spec.cold?.calls ?? calls);
  const parts = wrapped
    ? emitWrapped(asm, frame, () => {
        const saved = [...filler.saved, ...frame.wrappedSaves.map(({ register }) => register)];
        emitCalls(asm, spec, dice, { ...filler, saved }, body, wrapped.calls, calls);
      })
    : [];
  const cold = spec.cold && coldPart(asm, spec, spec.cold.calls, dice, filler, body);
  const { rest: load } = body;
  let rest = load ?? start;
  const guard = spec.guarded ? { start, end: asm.offset } : undefined;
  if (guard) emitFiller(asm, dice, filler, 6 + dice.below(6));
  const except = asm.offset; // code goes on here after an exception, too
  for (const global of spec.references ?? [])
    asm.relative([dice.pick(GLOBAL_ACCESS)], registerNumber('rax'), global);
  emitFiller(asm, dice, filler, 12 + dice.below(48));
  if (spec.rests) {
    asm.bytes(...(spec.rests === 'hlt' ? [0xfb, 0xf4] : [0xf3, 0x90])); // sti, hlt or pause
    rest = asm.offset;
    emitFiller(asm, dice, filler, 3 + dice.below(6));
  }
  const end = asm.offset;
  if (cookie !== undefined) body.calls.push(emitCookieCheck(asm, cookie));
  emitEnd(asm, spec, frame);
  if (parts.length > 0) parts.at(-1)!.end = asm.offset;
  return finish(asm, spec, {
    labels: body.labels,
    calls: [...entryCalls(spec), ...body.calls],
    parts,
    rest,
    unwind,
    ...(cookie === undefined ? {} : { cookie: { slot: cookie } }),
    ...(guard ? { guard: { ...guard, except } } : {}),
    ...(cold ? { cold } : {}),
    body: { start, end },
    frameBytes: frame.allocation + 8 * frame.pushes.length,
    lines: source ? linesOf(source, body.lines, start, end) : [],
  });
}

/** Writes the part of a body that lies elsewhere: its calls from number `from` on. */
function coldPart(
  asm: Assembler,
  spec: FunctionSpec,
  from: number,
  dice: Dice,
  filler: FillerScope,
  body: EmittedCalls,
): ColdPart {
  return emitCold(asm, spec.name, (part) => {
    const emitted: EmittedCalls = { calls: [], labels: [], lines: [] };
    emitFiller(part, dice, filler, 4 + dice.below(12));
    emitCalls(part, spec, dice, filler, emitted, from, spec.calls?.length ?? 0);
    emitFiller(part, dice, filler, 4 + dice.below(12));
    body.calls.push(...emitted.calls.map((call) => ({ ...call, isCold: true })));
  });
}

/** Lines of a function's code: what opens it, each call up to the end of its statement, what closes it. */
function linesOf(
  { opens, closes, rests }: FunctionSource,
  calls: readonly SourceLine[],
  start: number,
  end: number,
): SourceLine[] {
  const all = [
    { offset: 0, line: opens },
    ...calls.map((call, index) => ({
      offset: index === 0 ? start : calls[index - 1]!.offset,
      line: call.line,
    })),
    ...(rests === undefined ? [] : [{ offset: calls.at(-1)?.offset ?? start, line: rests }]),
    { offset: rests === undefined ? (calls.at(-1)?.offset ?? end) : end, line: closes },
  ];
  return all.filter(({ offset }, index) => index === all.length - 1 || offset < all[index + 1]!.offset);
}

function emitEnd(asm: Assembler, spec: FunctionSpec, frame: Frame): void {
  if (spec.tail === undefined) {
    if (frame.machineFrame) emitTrapExit(asm, frame);
    else {
      emitEpilog(asm, frame);
      asm.ret();
    }
    return;
  }
  // A trap handler that goes on in another one keeps its frame.
  if (!frame.machineFrame) emitEpilog(asm, frame);
  if (spec.tail.includes('!')) asm.jumpImport(importSlot(spec.tail));
  else asm.jump(spec.tail);
}

interface EmittedCalls {
  calls: CallSite[];
  labels: CodeBlock['labels'];
  /** Each with the offset at which its statement ends. */
  lines: SourceLine[];
  /** Where a processor may fault. */
  rest?: number;
}

/** Writes the calls of a function from number `from` up to but without number `to`. */
function emitCalls(
  asm: Assembler,
  spec: FunctionSpec,
  dice: Dice,
  filler: FillerScope,
  emitted: EmittedCalls,
  from: number,
  to: number,
): void {
  const { calls, labels, lines } = emitted;
  const endStatement = (index: number) => {
    if (!spec.source) return;
    asm.store('rsp', RESULT_SLOT, 'rax'); // the statement goes on with what the call returned
    lines.push({ offset: asm.offset, line: spec.source.calls[index]! });
  };
  (spec.calls ?? []).forEach((call, index) => {
    if (index < from || index >= to) return;
    const via = callKind(call);
    if (via === 'entry') return;
    if (via === 'load') {
      emitFiller(asm, dice, filler, 6 + dice.below(20));
      emitted.rest = asm.offset;
      asm.load('rax', 'rcx', 0);
      return endStatement(index);
    }
    const slot = callsLocal(call) ? callSlot(call) : undefined;
    const emit = () => {
      if (via === 'stack') asm.callStack(slot!);
      else if (via === 'dispatch') asm.load('rax', 'rsp', slot!).callPointer(RUNTIME.dispatchPointer);
      else if (via === 'register') asm.callRax();
      else if (via === 'import') asm.callImport(importSlot(call.to!));
      else asm.call(call.to!);
    };
    const start = asm.offset;
    emit();
    const length = asm.offset - start;
    asm.rewind(start);
    const marks = (spec.labels ?? [])
      .filter((label) => label.beforeCall === index)
      .map((label) => ({ name: label.name, before: label.displacement ?? length }))
      .sort((a, b) => b.before - a.before);
    const least = Math.max(length, marks[0]?.before ?? 0);
    const returnAt = call.returnAt ?? start + least + 6 + dice.below(40);
    if (returnAt - least < start)
      throw new Error(
        `${spec.name}: no room for the call to ${call.to ?? 'its local'} to return at ${returnAt}`,
      );
    for (const { name, before } of marks) {
      emitFiller(asm, dice, filler, returnAt - before - asm.offset);
      labels.push({ name, offset: asm.offset });
    }
    emitFiller(asm, dice, filler, returnAt - length - asm.offset);
    emit();
    calls.push({ to: call.to, frame: call.frame, via, returnAt: asm.offset, slot });
    // Room for a patch of the call, as the compiler leaves it.
    if (via === 'import') asm.bytes(0x0f, 0x1f, 0x44, 0x00, 0x00);
    endStatement(index);
  });
}

function fillerScope(spec: FunctionSpec, frame: Frame, scope: CodeScope): FillerScope {
  const saved = [...frame.pushes, ...frame.homeSaves, ...frame.frameSaves.map(({ register }) => register)];
  const pointer = frame.framePointer?.register;
  const taken = [
    ...(spec.calls ?? []).filter(callsLocal).map(callSlot),
    ...(frame.cookie === undefined ? [] : [frame.cookie]),
    ...(spec.source?.locals ?? []).map(({ offset }) => offset),
  ];
  const keepsLocals =
    !frame.leaf && !frame.machineFrame && frame.frameSaves.length + frame.vectorSaves.length === 0;
  const all = keepsLocals ? localsOf(Math.min(frame.allocation, FARTHEST_LOCAL)) : [];
  return {
    saved: pointer === undefined ? saved : saved.filter((register) => register !== pointer),
    locals: taken.length === 0 ? all : all.filter((offset) => !taken.includes(offset)),
    globals: referencesOf(spec, scope.globals),
  };
}

const FARTHEST_LOCAL = 0x200;
const locals = new Map<number, readonly number[]>();

/** Offsets of the locals of a frame of so many bytes; most frames are of a few sizes. */
function localsOf(bytes: number): readonly number[] {
  let offsets = locals.get(bytes);
  if (!offsets) {
    const count = Math.max(0, Math.ceil((bytes - HOME_SPACE) / 8));
    locals.set(bytes, (offsets = Array.from({ length: count }, (_, index) => HOME_SPACE + 8 * index)));
  }
  return offsets;
}

function* entryCalls(spec: FunctionSpec): Generator<CallSite> {
  for (const call of spec.calls ?? [])
    if (callKind(call) === 'entry')
      yield { to: call.to, frame: undefined, via: 'entry', returnAt: 0, slot: undefined };
}

function finish(
  asm: Assembler,
  spec: FunctionSpec,
  parts: Pick<CodeBlock, 'calls' | 'rest' | 'body'> & Partial<CodeBlock>,
): CodeBlock {
  return {
    unwind: undefined,
    labels: [],
    parts: [],
    frameBytes: 0,
    lines: [],
    ...parts,
    spec,
    bytes: asm.out.bytes.slice(),
    fixups: asm.fixups,
  };
}
