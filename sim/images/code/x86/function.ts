import { ByteWriter } from '../../byte-writer.js';
import type { FunctionSpec } from '../../spec.js';
import { Dice } from '../dice.js';
import type { CallSite, CodeBlock, CodeScope } from '../function.js';
import { Assembler32, type Register32 } from './assembler.js';
import { emitFiller32, type FillerScope32 } from './filler.js';
import { planFrame32, TARGET, WORD } from './frame.js';
import { importSlot } from '../../spec-parts.js';

/** Where 32-bit code leaves for 64-bit code: a pointer of the module, which its loader sets. */
const TRANSITION = 'Wow64Transition';
const SERVICE_CALL = 'Wow64SystemServiceCall';

const scratch = new ByteWriter(4096);

/**
 * Writes a 32-bit function's code: a frame under EBP, calls with their arguments pushed, and a return that takes its
 * own arguments off (`__stdcall`). What the spec leaves open follows from its name.
 */
export function generateFunction32(spec: FunctionSpec, scope: CodeScope): CodeBlock {
  scratch.truncate(0);
  const asm = new Assembler32(scratch);
  const argumentBytes = WORD * (spec.arguments ?? 0);
  if (spec.template) {
    const rest = emitTemplate32(asm, spec, scope, argumentBytes);
    return finish(asm, spec, { calls: [], rest, body: { start: 0, end: asm.offset }, frameBytes: 0 });
  }
  const { localBytes, saved } = planFrame32(spec, scope.module);
  const dice = new Dice(`${scope.module}!${spec.name}.`);
  const filler: FillerScope32 = {
    saved,
    locals: Array.from({ length: localBytes / WORD }, (_, index) => WORD * (index + 1)),
    arguments: spec.arguments ?? 0,
    globals: scope.globals,
  };
  asm.push('ebp').registers(0x8b, 'ebp', 'esp');
  if (localBytes > 0) asm.subtractEsp(localBytes);
  saved.forEach((register) => asm.push(register));
  const start = asm.offset;
  const calls: CallSite[] = [];
  for (const { to } of spec.calls ?? []) {
    emitFiller32(asm, dice, filler, 4 + dice.below(28));
    pushArguments(asm, dice, filler, argumentsOf(scope, to));
    if (to === undefined) asm.memory([0x8b], TARGET, 'ebp', 2 * WORD).callRegister(TARGET);
    else if (to.includes('!')) asm.callPointer(importSlot(to));
    else asm.call(to);
    const via = to === undefined ? 'register' : to.includes('!') ? 'import' : 'direct';
    calls.push({ to, frame: undefined, via, returnAt: asm.offset, slot: undefined });
  }
  const rest = asm.offset;
  emitFiller32(asm, dice, filler, 8 + dice.below(40));
  const end = asm.offset;
  [...saved].reverse().forEach((register) => asm.pop(register));
  asm.bytes(0xc9).ret(argumentBytes); // leave
  return finish(asm, spec, {
    calls,
    rest,
    body: { start, end },
    frameBytes: WORD * (1 + saved.length) + localBytes,
  });
}

/** Arguments of what is called; of a pointer, whose target nobody knows, one: what a thread was given. */
function argumentsOf(scope: CodeScope, target: string | undefined): number {
  return target === undefined ? 1 : (scope.argumentsOf?.(target) ?? 0);
}

function pushArguments(
  asm: Assembler32,
  dice: Dice,
  { saved, arguments: own }: FillerScope32,
  count: number,
): void {
  for (let index = 0; index < count; index++) {
    const choice = dice.below(4);
    if (choice === 0 && own > 0)
      asm.memory([0xff], 'esi', 'ebp', 8 + WORD * dice.below(own)); // push [ebp+n]
    else if (choice === 1)
      asm.bytes(0x6a, dice.below(2)); // push imm8
    else asm.push(dice.pick<Register32>([...saved, 'eax', 'ecx', 'edx']));
  }
}

/** Writes a body that the ABI dictates whole, and says at which offset a processor that left it would come back. */
function emitTemplate32(
  asm: Assembler32,
  spec: FunctionSpec,
  scope: CodeScope,
  argumentBytes: number,
): number {
  switch (spec.template) {
    case 'service-stub':
      asm.moveImmediate('eax', scope.serviceNumber(spec.name)).moveAddress('edx', SERVICE_CALL);
      asm.callRegister('edx');
      break;
    case 'wow64-transition':
      asm.absolute([0xff], 4, TRANSITION); // jmp [pointer]
      return 0;
    case 'return':
      break;
    default:
      throw new Error(`${spec.name}: 32-bit code has no template ${String(spec.template)}`);
  }
  const rest = asm.offset;
  asm.ret(argumentBytes);
  return rest;
}

function finish(
  asm: Assembler32,
  spec: FunctionSpec,
  parts: Pick<CodeBlock, 'calls' | 'rest' | 'body' | 'frameBytes'>,
): CodeBlock {
  return {
    ...parts,
    unwind: undefined,
    labels: [],
    parts: [],
    lines: [],
    spec,
    bytes: asm.out.bytes.slice(),
    fixups: asm.fixups,
  };
}
