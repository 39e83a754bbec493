// Processes of 32-bit code: what says that they are, and the environment blocks that their code sees. Pages of user mode
// may have left memory: of those the check says nothing.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import {
  CLIENT_ID,
  CLIENT_ID32,
  EPROCESS,
  ETHREAD,
  EWOW64PROCESS,
  KTHREAD,
  NT_TIB,
  NT_TIB32,
  PEB,
  PEB32,
  TEB,
  TEB32,
  WOW64_CONTEXT,
  WOW64_CPURESERVED,
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { addressOf } from '../kernel/symbols';
import { expect, expectBetween, follow } from './expect';
import { checkLoader32 } from './loader32';
import { mapped, peek64, value } from './memory';
import { nextThread } from './processes';
import { broken, disagreeAt, visit } from './report';
import { pagesFrom } from './vads';
import { checkWow64Parameters } from './wow64-parameters';

const AMD64: u64 = 0x8664; // IMAGE_FILE_MACHINE_AMD64
const I386: u64 = 0x14c; // IMAGE_FILE_MACHINE_I386
const X86_SYSTEM_DLL: u64 = 1; // _SYSTEM_DLL_TYPE.PsWowX86SystemDll
const LOW_END: u64 = 0xffffffff;
const PAGE_SHIFT: u64 = 12;
const CPU_RESERVED_SLOT: u64 = 1; // TEB.TlsSlots: WOW64_TLS_CPURESERVED
const SLOT_BYTES: u64 = 8;

/**
 * Checks the process whose user space is read. To be called after its descriptors are. A process that has ended has
 * given its second block back, and still says what it was.
 */
export function checkWow64(process: u64): void {
  if (value(process, EPROCESS.WoW64Process) == 0) {
    if (value(process, EPROCESS.VmDeleted) == 0) {
      expect(Rule.MachineIsOfItsCode, process, EPROCESS.Machine, AMD64);
      const end = peek64(addressOf(NT.MmUserProbeAddress));
      expect(Rule.UserSpaceIsBounded, process, EPROCESS.HighestUserAddress, end);
    }
    return;
  }
  if (!expect(Rule.MachineIsOfItsCode, process, EPROCESS.Machine, I386)) return;
  expect(Rule.Wow64BlocksAgree, process, EPROCESS.Wow64VaSpace4Gb, 1);
  expect(Rule.UserSpaceIsBounded, process, EPROCESS.HighestUserAddress, LOW_END & ~0xffff);
  const wow64 = follow(process, EPROCESS.WoW64Process);
  if (wow64 == 0) return;
  expect(Rule.Wow64BlocksAgree, wow64, EWOW64PROCESS.NtdllType, X86_SYSTEM_DLL);
  if (!expectBetween(Rule.Wow64BlocksAgree, wow64, EWOW64PROCESS.Peb, 1, LOW_END)) return;
  const peb32 = value(wow64, EWOW64PROCESS.Peb);
  checkPeb(value(process, EPROCESS.Peb), peb32);
  if (!broken()) checkLoader32(peb32);
  for (let thread = nextThread(process, 0); thread != 0 && !broken(); thread = nextThread(process, thread))
    checkThread(process, thread, peb32);
}

function checkPeb(peb: u64, peb32: u64): void {
  if (!mapped(peb) || !mapped(peb32)) return;
  agree(peb32, PEB32.ImageBaseAddress, peb, PEB.ImageBaseAddress);
  agree(peb32, PEB32.NumberOfProcessors, peb, PEB.NumberOfProcessors);
  agree(peb32, PEB32.OSBuildNumber, peb, PEB.OSBuildNumber);
  agree(peb32, PEB32.SessionId, peb, PEB.SessionId);
  agree(peb32, PEB32.HeapSegmentReserve, peb, PEB.HeapSegmentReserve);
  agree(peb32, PEB32.HeapSegmentCommit, peb, PEB.HeapSegmentCommit);
  if (!broken())
    checkWow64Parameters(value(peb, PEB.ProcessParameters), value(peb32, PEB32.ProcessParameters));
}

function checkThread(process: u64, thread: u64, peb32: u64): void {
  const teb = value(thread, KTHREAD.Teb);
  if (teb == 0 || !mapped(teb + offsetOf(TEB.WowTebOffset))) return;
  const offset = i64(<i32>value(teb, TEB.WowTebOffset));
  const teb32 = teb + offset;
  if (!mapped(teb32) || !mapped(teb32 + offsetOf(TEB32.SIZE) - 1)) return;
  const rule = Rule.Wow64BlocksAgree;
  if (!expect(rule, teb32 + offsetOf(TEB32.NtTib), NT_TIB32.Self, teb32)) return;
  expect(rule, teb32, TEB32.WowTebOffset, u64(u32(-offset)));
  expect(rule, teb32, TEB32.ProcessEnvironmentBlock, peb32);
  // 32-bit code's debuggers find the second block here.
  if (mapped(teb)) expect(rule, teb + offsetOf(TEB.NtTib), NT_TIB.ExceptionList, teb32);
  const id = teb32 + offsetOf(TEB32.ClientId);
  agree(id, CLIENT_ID32.UniqueProcess, process, EPROCESS.UniqueProcessId);
  agree(id, CLIENT_ID32.UniqueThread, thread + offsetOf(ETHREAD.Cid), CLIENT_ID.UniqueThread);
  checkStack(teb32);
  if (!broken()) checkRegisters(teb, teb32);
  visit(Visited.Wow64Threads);
}

/** The second stack takes all of a descriptor's range, and what is in use of it ends where the range does. */
function checkStack(teb32: u64): void {
  const rule = Rule.Wow64BlocksAgree;
  const tib = teb32 + offsetOf(TEB32.NtTib);
  const start = value(teb32, TEB32.DeallocationStack);
  const end = start + (pagesFrom(start >> PAGE_SHIFT) << PAGE_SHIFT);
  if (broken() || !expect(rule, tib, NT_TIB32.StackBase, end)) return;
  expectBetween(rule, tib, NT_TIB32.StackLimit, start + 1, end - 1);
}

/** The 64-bit side keeps the registers of 32-bit code, which stands on the thread's second stack. */
function checkRegisters(teb: u64, teb32: u64): void {
  const rule = Rule.Wow64BlocksAgree;
  const slot = teb + offsetOf(TEB.TlsSlots) + CPU_RESERVED_SLOT * SLOT_BYTES;
  if (!mapped(slot)) return;
  const reserved = peek64(slot);
  const stack = teb + offsetOf(TEB.NtTib);
  const base = value(stack, NT_TIB.StackBase);
  if (reserved <= value(stack, NT_TIB.StackLimit) || reserved >= base) {
    disagreeAt(rule, TEB.TlsSlots, slot, base - offsetOf(WOW64_CPURESERVED.SIZE), reserved);
    return;
  }
  if (!mapped(reserved) || !expect(rule, reserved, WOW64_CPURESERVED.Machine, I386)) return;
  const tib = teb32 + offsetOf(TEB32.NtTib);
  const context = reserved + offsetOf(WOW64_CPURESERVED.Context);
  const low = value(tib, NT_TIB32.StackLimit);
  expectBetween(rule, context, WOW64_CONTEXT.Esp, low, value(tib, NT_TIB32.StackBase));
}

/** A field must say what another structure's does. */
function agree(structure: u64, field: i32, other: u64, itsField: i32): void {
  if (!broken()) expect(Rule.Wow64BlocksAgree, structure, field, value(other, itsField));
}
