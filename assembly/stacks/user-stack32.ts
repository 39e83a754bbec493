// User stacks of 32-bit code, and what its registers were when it left for the 64-bit code that runs it. Its functions
// have no unwind data: each frame is linked to its caller's through EBP.
import { KTHREAD, NT_TIB32, TEB, TEB32, WOW64_CONTEXT, WOW64_CPURESERVED } from '../generated/types';
import { listed } from '../host-buffer';
import { cpuReserved } from '../kernel/processes/wow64';
import { at, getField, setField, write32 } from '../memory/virtual';
import { hash } from '../random';

const I386: u32 = 0x14c; // IMAGE_FILE_MACHINE_I386
const WOW64_CONTEXT_ALL: u32 = 0x1003f; // WOW64_CONTEXT_i386 with every part
const USER_CODE_32: u32 = 0x23;
const USER_DATA_32: u32 = 0x2b;
const USER_TEB_32: u32 = 0x53;
const INTERRUPTS_ENABLED: u32 = 0x202;
const WORDS_PER_CALL: i32 = 5;
const TOP_BYTES: u64 = 0x40; // above the first function: what started the thread

const SAVED: i32 = 3; // EBX, ESI, EDI, in the order in which prologs push them
const registers = new StaticArray<u32>(SAVED);
let seed: u64 = 0;
let esp: u64 = 0;

function push(value: u64): void {
  esp -= 4;
  write32(esp, u32(value));
}

/** What a function has in a register or passes on: a pointer into its stack, to the process, or a small number. */
function plausible(teb32: u64, salt: u64): u32 {
  const bits = hash(seed, salt ^ esp);
  if ((bits & 3) == 0) return u32(esp + 0x20 + ((bits >> 8) % 0x40) * 4);
  if ((bits & 3) == 1) return u32(getField(teb32, TEB32.ProcessEnvironmentBlock));
  return (bits & 3) == 2 ? 0 : u32((bits >> 8) % 0x400);
}

/**
 * Lays out the 32-bit stack of a thread of the attached process. The exchange buffer has five words for each of `count`
 * functions, from the outermost in: where it is returned to, bytes of its locals, which of EBX, ESI and EDI it saves
 * (bits), how many words it passes on, and what it then has in ESI (0: anything). `start` is the function that the
 * thread was created with; `eip` and `service` are where and for which service it left. Returns ESP.
 */
export function layOutUser32(thread: u64, count: i32, start: u64, eip: u64, service: u64): u64 {
  const teb = getField(thread, KTHREAD.Teb);
  const teb32 = teb + i64(<i32>getField(teb, TEB.WowTebOffset));
  seed = thread;
  esp = getField(at(teb32, TEB32.NtTib), NT_TIB32.StackBase) - TOP_BYTES;
  for (let i = 0; i < SAVED; i++) unchecked((registers[i] = 0));
  push(0); // the parameter
  push(start);
  push(0); // the first function returns to nowhere
  let ebp: u64 = 0;
  for (let i = 0; i < count; i++) {
    const words = i * WORDS_PER_CALL;
    push(ebp);
    ebp = esp;
    for (let left = listed(words + 1); left != 0; left -= 4) push(plausible(teb32, left));
    const saved = listed(words + 2);
    for (let register = 0; register < SAVED; register++) {
      if ((saved >> u64(register)) & 1) {
        push(unchecked(registers[register]));
        unchecked((registers[register] = plausible(teb32, u64(register) << 32)));
      }
    }
    const target = listed(words + 4);
    if (target != 0) {
      unchecked((registers[1] = u32(target)));
      write32(ebp + 8, u32(target)); // its first argument, from where ESI has it
    }
    for (let left = listed(words + 3); left != 0; left--) push(plausible(teb32, left << 40));
    push(listed(words));
  }
  const reserved = cpuReserved(teb);
  setField(reserved, WOW64_CPURESERVED.Machine, I386);
  const context = at(reserved, WOW64_CPURESERVED.Context);
  setField(context, WOW64_CONTEXT.ContextFlags, WOW64_CONTEXT_ALL);
  setField(context, WOW64_CONTEXT.SegCs, USER_CODE_32);
  setField(context, WOW64_CONTEXT.SegSs, USER_DATA_32);
  setField(context, WOW64_CONTEXT.SegDs, USER_DATA_32);
  setField(context, WOW64_CONTEXT.SegEs, USER_DATA_32);
  setField(context, WOW64_CONTEXT.SegFs, USER_TEB_32);
  setField(context, WOW64_CONTEXT.SegGs, USER_DATA_32);
  setField(context, WOW64_CONTEXT.EFlags, INTERRUPTS_ENABLED);
  setField(context, WOW64_CONTEXT.Ebx, unchecked(registers[0]));
  setField(context, WOW64_CONTEXT.Esi, unchecked(registers[1]));
  setField(context, WOW64_CONTEXT.Edi, unchecked(registers[2]));
  setField(context, WOW64_CONTEXT.Eax, service);
  setField(context, WOW64_CONTEXT.Ebp, ebp);
  setField(context, WOW64_CONTEXT.Esp, esp);
  setField(context, WOW64_CONTEXT.Eip, eip);
  return esp;
}
