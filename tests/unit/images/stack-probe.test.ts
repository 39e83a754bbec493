// __chkstk run instruction by instruction: which pages it touches and what it leaves as it was. What it promises is
// Microsoft's "x64 prolog and epilog": RAX, the arguments and the non-volatile registers stay; R10 and R11 may change.
import { Code, Register, type Instruction } from 'iced-x86';
import { describe, expect, it } from 'vitest';
import { buildImages } from '../../../sim/images/build.js';
import { decode } from '../../oracles/images/stack-machine.js';

const PAGE = 0x1000n;
const TOP = 0x0000_00aa_bbcc_dd18n;
const KEPT = 'rax rcx rdx rbx rbp rsi rdi r8 r9 r12 r13 r14 r15'.split(' ');
const MOST_STEPS = 20_000;
const wrap = (value: bigint) => BigInt.asUintN(64, value);
const nameOf = (register: Register) => Register[register]!.toLowerCase().replace(/d$/, '');

const images = buildImages();
const probes = images.images.filter(({ symbols }) => symbols.has('__chkstk'));

function codeOf(module: string): Instruction[] {
  const image = images.get(module);
  const { rva, size } = image.symbols.get('__chkstk')!;
  const section = image.sections.findLast((candidate) => candidate.rva <= rva)!;
  const start = section.rawOffset + rva - section.rva;
  return decode(image.file.subarray(start, start + size), rva);
}

/** Runs code up to its return. Only the instructions that it is made of are known; any other ends the test. */
function run(code: readonly Instruction[], bytes: bigint, rsp = TOP) {
  const registers: Record<string, bigint> = { rsp, r10: 0x1010n, r11: 0x1111n };
  KEPT.forEach((name, index) => (registers[name] = 0x5000n + BigInt(index)));
  registers['rax'] = bytes;
  const touched: bigint[] = [];
  let below = false;
  let same = false;
  let at = 0;
  const jump = ({ nearBranchTarget }: Instruction) => code.findIndex(({ ip }) => ip === nearBranchTarget);
  const address = (i: Instruction) => wrap(registers[nameOf(i.memoryBase)]! + i.memoryDisplacement);
  const compare = (left: bigint, right: bigint) => [below, same] = [left < right, left === right]; // prettier-ignore
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const i = code[at++]!;
    const to = nameOf(i.op0Register);
    const value = () => registers[nameOf(i.op1Register)]!;
    switch (i.code) {
      case Code.Lea_r64_m:
        registers[to] = address(i);
        break;
      case Code.Mov_r64_rm64:
        registers[to] = value();
        break;
      case Code.Sub_r64_rm64:
        compare(registers[to]!, value());
        registers[to] = wrap(registers[to]! - value());
        break;
      case Code.Cmp_r64_rm64:
        compare(registers[to]!, value());
        break;
      case Code.Xor_r32_rm32:
        registers[to] = BigInt.asUintN(32, registers[to]! ^ value());
        break;
      case Code.And_rm64_imm32:
        registers[to] = registers[to]! & wrap(i.immediate(1));
        break;
      case Code.Test_rm8_imm8:
        touched.push(address(i));
        break;
      case Code.Jae_rel8_64:
        if (!below) at = jump(i);
        break;
      case Code.Jbe_rel8_64:
        if (below || same) at = jump(i);
        break;
      case Code.Jmp_rel8_64:
        at = jump(i);
        break;
      case Code.Retnq:
        return { registers, touched };
      default:
        throw new Error(`what does ${Code[i.code]} do?`);
    }
  }
  throw new Error('it does not return');
}

describe.each(probes.map(({ spec }) => spec.module))('%s!__chkstk', (module) => {
  const code = codeOf(module);

  it.each([0x1000n, 0x1008n, 0x1130n, 0x4d20n, 0x8_0000n])(
    'touches each page of a frame of 0x%s',
    (bytes) => {
      const { touched } = run(code, bytes);
      const caller = TOP + 8n; // RSP before the call pushed its return address
      const pages = touched.map((address) => address / PAGE);
      const first = caller / PAGE - 1n; // the page that RSP is in has been touched by the call
      const last = (caller - bytes) / PAGE;
      expect(pages).toEqual(Array.from({ length: Number(first - last) + 1 }, (_, index) => first - BigInt(index))); // prettier-ignore
    },
  );

  it('changes no register but R10 and R11', () => {
    const { registers } = run(code, 0x3456n);
    const kept = KEPT.map((name, index) => [name, name === 'rax' ? 0x3456n : 0x5000n + BigInt(index)]);
    expect(KEPT.map((name) => [name, registers[name]])).toEqual(kept);
    expect(registers['rsp']).toBe(TOP);
  });

  it('ends at address 0 for a frame that is larger than that', () => {
    expect(run(code, 0x9000n, 0x4018n).touched.at(-1)).toBe(0n);
  });
});

it('large frames of every image ask for it with their size, and then take it', () => {
  let large = 0;
  for (const { spec, symbols, file, sections } of images.images)
    for (const { name, frame } of spec.functions) {
      if ((frame?.size ?? 0) < 0x1000 + 8 * (1 + (frame?.pushes?.length ?? 0))) continue;
      const { rva, size } = symbols.get(name)!;
      const section = sections.findLast((candidate) => candidate.rva <= rva)!;
      const code = decode(file.subarray(section.rawOffset + rva - section.rva).subarray(0, size), rva);
      const index = code.findIndex((i) => i.nearBranchTarget === BigInt(symbols.get('__chkstk')!.rva));
      const [load, call, take] = code.slice(index - 1, index + 2) as [Instruction, Instruction, Instruction];
      expect([load.code, load.op0Register], name).toEqual([Code.Mov_r32_imm32, Register.EAX]);
      expect(load.immediate(1), name).toBe(BigInt(frame!.size! - 8 * (1 + frame!.pushes!.length)));
      expect(call.code, name).toBe(Code.Call_rel32_64);
      expect([take.code, take.op0Register, take.op1Register], name).toEqual([Code.Sub_r64_rm64, Register.RSP, Register.RAX]); // prettier-ignore
      large++;
    }
  expect(large).toBeGreaterThan(0);
});
