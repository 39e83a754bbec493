// 32-bit processes: a second environment block for the process and one for each thread, in the low 4 GiB, which their
// 32-bit code sees.
import {
  CLIENT_ID,
  CLIENT_ID32,
  EPROCESS,
  EWOW64PROCESS,
  KTHREAD,
  NT_TIB,
  NT_TIB32,
  PEB,
  PEB32,
  STRING32,
  TEB,
  TEB32,
  WOW64_CPURESERVED,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { PAGE_SIZE } from '../../memory/arena';
import { at, getField, read64, setField, write64 } from '../../memory/virtual';
import { allocatePool, NON_PAGED, tag } from '../pool/pool';
import { PROTECT_READ_WRITE } from '../sections/protection';
import { addPrivateVad } from '../sections/vad';
import { Arena, commitGuardPage, takeAddresses, touchZeroed } from './user-memory';
import { takeTeb } from './user-space';

const I386: u32 = 0x14c; // IMAGE_FILE_MACHINE_I386: what PsWow64GetProcessMachine answers
const X86_SYSTEM_DLL: u32 = 1; // _SYSTEM_DLL_TYPE.PsWowX86SystemDll
const CPU_RESERVED_SLOT: u64 = 1; // TEB.TlsSlots: WOW64_TLS_CPURESERVED
const SLOT_BYTES: u64 = 8;
const STACK_RESERVE_PAGES: u32 = 256;
const STACK_COMMIT_PAGES: u32 = 2;
const STATIC_STRING_BYTES: u32 = 0x20a;
const HIGHEST_ADDRESS_OF_32_BITS: u64 = 0xffff0000; // the last 64 KiB of 4 GiB are nobody's
const NO_HANDLER: u32 = 0xffffffff; // end of the list of exception handlers

/** Pages that a 32-bit thread's block takes after the 64-bit one. */
export const TEB32_PAGES: u32 = 2;

/** Makes the attached process one of 32-bit code, whose PEB says already which program it runs; returns its second PEB. */
export function createWow64(process: u64, peb: u64): u64 {
  const peb32 = takeTeb(1);
  touchZeroed(peb32, 1);
  const wow64 = allocatePool(offsetOf(EWOW64PROCESS.SIZE), tag(0x50, 0x73, 0x57, 0x36), NON_PAGED, 0); // 'PsW6'
  setField(wow64, EWOW64PROCESS.Peb, peb32);
  setField(wow64, EWOW64PROCESS.NtdllType, X86_SYSTEM_DLL);
  setField(process, EPROCESS.WoW64Process, wow64);
  setField(process, EPROCESS.Wow64VaSpace4Gb, 1);
  setField(process, EPROCESS.Machine, I386);
  setField(process, EPROCESS.HighestUserAddress, HIGHEST_ADDRESS_OF_32_BITS);
  setField(peb32, PEB32.Mutant, u32.MAX_VALUE);
  setField(peb32, PEB32.ImageBaseAddress, getField(peb, PEB.ImageBaseAddress));
  setField(peb32, PEB32.IsImageDynamicallyRelocated, 1);
  setField(peb32, PEB32.ActiveProcessAffinityMask, getField(peb, PEB.ActiveProcessAffinityMask));
  write64(at(peb32, PEB32.CriticalSectionTimeout), read64(at(peb, PEB.CriticalSectionTimeout)));
  setField(peb32, PEB32.HeapSegmentReserve, getField(peb, PEB.HeapSegmentReserve));
  setField(peb32, PEB32.HeapSegmentCommit, getField(peb, PEB.HeapSegmentCommit));
  const perSegment = getField(peb, PEB.HeapDeCommitTotalFreeThreshold);
  setField(peb32, PEB32.HeapDeCommitTotalFreeThreshold, perSegment);
  const perBlock = getField(peb, PEB.HeapDeCommitFreeBlockThreshold);
  setField(peb32, PEB32.HeapDeCommitFreeBlockThreshold, perBlock);
  setField(peb32, PEB32.UseCaseMapping, getField(peb, PEB.UseCaseMapping));
  setField(peb32, PEB32.NumberOfProcessors, getField(peb, PEB.NumberOfProcessors));
  setField(peb32, PEB32.OSMajorVersion, getField(peb, PEB.OSMajorVersion));
  setField(peb32, PEB32.OSMinorVersion, getField(peb, PEB.OSMinorVersion));
  setField(peb32, PEB32.OSBuildNumber, getField(peb, PEB.OSBuildNumber));
  setField(peb32, PEB32.OSPlatformId, getField(peb, PEB.OSPlatformId));
  setField(peb32, PEB32.ImageSubsystem, getField(peb, PEB.ImageSubsystem));
  setField(peb32, PEB32.ImageSubsystemMajorVersion, getField(peb, PEB.ImageSubsystemMajorVersion));
  setField(peb32, PEB32.SessionId, getField(peb, PEB.SessionId));
  setField(peb32, PEB32.ActiveCodePage, getField(peb, PEB.ActiveCodePage));
  setField(peb32, PEB32.OemCodePage, getField(peb, PEB.OemCodePage));
  return peb32;
}

/** Gives a thread of a 32-bit process its second block, right after the first of `pages` pages, and its second stack. */
export function createTeb32(process: u64, thread: u64, pages: u32): void {
  const teb = getField(thread, KTHREAD.Teb);
  const teb32 = teb + u64(pages) * PAGE_SIZE;
  setField(teb, TEB.WowTebOffset, teb32 - teb);
  setField(at(teb, TEB.NtTib), NT_TIB.ExceptionList, teb32);
  const tib = at(teb32, TEB32.NtTib);
  reserveRegisters(teb);
  const reserved = takeAddresses(<i32>Arena.Stacks, STACK_RESERVE_PAGES);
  addPrivateVad(reserved, STACK_RESERVE_PAGES, STACK_COMMIT_PAGES + 1, false, PROTECT_READ_WRITE);
  const base = reserved + u64(STACK_RESERVE_PAGES) * PAGE_SIZE;
  const limit = base - u64(STACK_COMMIT_PAGES) * PAGE_SIZE;
  touchZeroed(limit, STACK_COMMIT_PAGES);
  commitGuardPage(limit - PAGE_SIZE);
  setField(tib, NT_TIB32.ExceptionList, NO_HANDLER);
  setField(tib, NT_TIB32.StackBase, base);
  setField(tib, NT_TIB32.StackLimit, limit);
  setField(tib, NT_TIB32.Self, teb32);
  setField(teb32, TEB32.DeallocationStack, reserved);
  const peb32 = getField(getField(process, EPROCESS.WoW64Process), EWOW64PROCESS.Peb);
  setField(teb32, TEB32.ProcessEnvironmentBlock, peb32);
  const id = at(teb, TEB.ClientId);
  fillClientId(at(teb32, TEB32.ClientId), id);
  fillClientId(at(teb32, TEB32.RealClientId), id);
  setField(teb32, TEB32.CurrentLocale, getField(teb, TEB.CurrentLocale));
  const text = at(teb32, TEB32.StaticUnicodeString);
  setField(text, STRING32.MaximumLength, STATIC_STRING_BYTES);
  setField(text, STRING32.Buffer, at(teb32, TEB32.StaticUnicodeBuffer));
  setField(teb32, TEB32.WowTebOffset, -i64(teb32 - teb));
}

/** Where the 64-bit side of a 32-bit thread keeps its 32-bit registers, a WOW64_CPURESERVED. */
export function cpuReserved(teb: u64): u64 {
  return read64(at(teb, TEB.TlsSlots) + CPU_RESERVED_SLOT * SLOT_BYTES);
}

/** Room for the 32-bit registers at the top of the 64-bit stack. */
function reserveRegisters(teb: u64): void {
  const bytes = (u64(offsetOf(WOW64_CPURESERVED.SIZE)) + 15) & ~15;
  const reserved = getField(at(teb, TEB.NtTib), NT_TIB.StackBase) - bytes;
  write64(at(teb, TEB.TlsSlots) + CPU_RESERVED_SLOT * SLOT_BYTES, reserved);
}

function fillClientId(id32: u64, id: u64): void {
  setField(id32, CLIENT_ID32.UniqueProcess, getField(id, CLIENT_ID.UniqueProcess));
  setField(id32, CLIENT_ID32.UniqueThread, getField(id, CLIENT_ID.UniqueThread));
}
