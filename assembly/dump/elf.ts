// An ELF core file of physical memory, as hypervisors write them: a segment for each run of pages at its physical
// address, and for each processor its registers in two notes, Linux' and QEMU's.
import { ELF64_EHDR, ELF64_NHDR, ELF64_PHDR } from '../generated/types';
import { offsetOf, put } from '../layout/fields';
import { PAGE_SIZE } from '../memory/arena';
import { frameCount } from '../memory/frames';
import { processorCount } from '../kernel/processors/topology';
import { prstatusBytes, qemuStateBytes, writePrstatus, writeQemuState } from './elf-registers';
import { selected } from './selection';

const IDENT: u64 = 0x00010102464c457f; // '\x7fELF', 64-bit, little-endian, version 1
const ET_CORE: u32 = 4;
const EM_X86_64: u32 = 62;
const EV_CURRENT: u32 = 1;
const PT_LOAD: u32 = 1;
const PT_NOTE: u32 = 4;
const NT_PRSTATUS: u32 = 1;
const QEMU_STATE: u32 = 0;
const CORE: u64 = 0x45524f43; // 'CORE'
const QEMU: u64 = 0x554d4551; // 'QEMU'
const NAME_BYTES: u32 = 5; // with its final zero
const NAME_ROOM: u32 = 8;
/** Most segments that LeechCore takes, the notes' among them. */
const MOST_SEGMENTS: u32 = 0x200;

/** Runs of pages: one segment each. */
function runCount(): u32 {
  let runs: u32 = 0;
  for (let from = selected.next(0); from < frameCount(); from = selected.next(selected.end(from))) runs++;
  return runs;
}

function noteBytes(): u32 {
  return 2 * (offsetOf(ELF64_NHDR.SIZE) + NAME_ROOM) + prstatusBytes() + qemuStateBytes();
}

function notesOffset(): u32 {
  return offsetOf(ELF64_EHDR.SIZE) + (1 + runCount()) * offsetOf(ELF64_PHDR.SIZE);
}

/** File offset of the first page, after headers and notes. */
export function elfFirstPage(): u64 {
  return (u64(notesOffset()) + processorCount() * noteBytes() + PAGE_SIZE - 1) & ~u64(PAGE_SIZE - 1);
}

/** Writes everything before the first page to `target`, which is zeroed. */
export function writeElf(target: usize): void {
  const segments: u32 = 1 + runCount();
  assert(segments <= MOST_SEGMENTS, 'more runs of physical memory than readers of ELF core files take');
  put(target, ELF64_EHDR.e_ident, IDENT);
  put(target, ELF64_EHDR.e_type, ET_CORE);
  put(target, ELF64_EHDR.e_machine, EM_X86_64);
  put(target, ELF64_EHDR.e_version, EV_CURRENT);
  put(target, ELF64_EHDR.e_phoff, offsetOf(ELF64_EHDR.SIZE));
  put(target, ELF64_EHDR.e_ehsize, offsetOf(ELF64_EHDR.SIZE));
  put(target, ELF64_EHDR.e_phentsize, offsetOf(ELF64_PHDR.SIZE));
  put(target, ELF64_EHDR.e_phnum, segments);
  let header = target + offsetOf(ELF64_EHDR.SIZE);
  put(header, ELF64_PHDR.p_type, PT_NOTE);
  put(header, ELF64_PHDR.p_offset, notesOffset());
  put(header, ELF64_PHDR.p_filesz, processorCount() * noteBytes());
  put(header, ELF64_PHDR.p_memsz, processorCount() * noteBytes());
  let offset = elfFirstPage();
  for (let from = selected.next(0); from < frameCount();) {
    const to = selected.end(from);
    header += offsetOf(ELF64_PHDR.SIZE);
    writeSegment(header, from, to, offset);
    offset += u64(to - from) * PAGE_SIZE;
    from = selected.next(to);
  }
  writeNotes(target + notesOffset());
}

function writeSegment(header: usize, from: u32, to: u32, offset: u64): void {
  put(header, ELF64_PHDR.p_type, PT_LOAD);
  put(header, ELF64_PHDR.p_offset, offset);
  put(header, ELF64_PHDR.p_vaddr, u64(from) * PAGE_SIZE);
  put(header, ELF64_PHDR.p_paddr, u64(from) * PAGE_SIZE);
  put(header, ELF64_PHDR.p_filesz, u64(to - from) * PAGE_SIZE);
  put(header, ELF64_PHDR.p_memsz, u64(to - from) * PAGE_SIZE);
}

/** First Linux' notes of all processors, then QEMU's. */
function writeNotes(target: usize): void {
  let note = target;
  for (let number: u32 = 0; number < processorCount(); number++) {
    writePrstatus(beginNote(note, CORE, NT_PRSTATUS, prstatusBytes()), number);
    note += offsetOf(ELF64_NHDR.SIZE) + NAME_ROOM + prstatusBytes();
  }
  for (let number: u32 = 0; number < processorCount(); number++) {
    writeQemuState(beginNote(note, QEMU, QEMU_STATE, qemuStateBytes()), number);
    note += offsetOf(ELF64_NHDR.SIZE) + NAME_ROOM + qemuStateBytes();
  }
}

/** Writes a note's header and name; returns where its contents go. */
function beginNote(note: usize, name: u64, type: u32, bytes: u32): usize {
  put(note, ELF64_NHDR.n_namesz, NAME_BYTES);
  put(note, ELF64_NHDR.n_descsz, bytes);
  put(note, ELF64_NHDR.n_type, type);
  store<u64>(note + offsetOf(ELF64_NHDR.SIZE), name);
  return note + offsetOf(ELF64_NHDR.SIZE) + NAME_ROOM;
}
