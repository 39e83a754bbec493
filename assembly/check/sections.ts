// Sections behind views: descriptor, subsection, control area, segment and file, and back.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import {
  CONTROL_AREA,
  EX_FAST_REF,
  FILE_OBJECT,
  MMSECTION_FLAGS,
  MMVAD,
  SECTION_OBJECT_POINTERS,
  SEGMENT,
  SUBSECTION,
  UNICODE_STRING,
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { addressOf } from '../kernel/symbols';
import { AddressTable } from './address-table';
import { expect, expectBetween, follow } from './expect';
import { nextOn } from './lists';
import { mapped, peek16, peek64, value } from './memory';
import { isText } from './modules';
import { expectType } from './objects';
import { broken, disagree, visit } from './report';

const CACHED_REFERENCES: u64 = 15; // low bits of an EX_FAST_REF
const FILE_TYPE: u64 = 5; // IO_TYPE_FILE
const PTE_BYTES: u64 = 8;
const PRESENT: u64 = 1;
const MOST_SUBSECTIONS: u32 = 100000;

const LOWER_A: u64 = 0x61;
const LOWER_Z: u64 = 0x7a;
const TO_UPPER: u64 = 0x20;
const HASH_START: u64 = 0xcbf29ce484222325; // FNV-1a
const HASH_PRIME: u64 = 0x100000001b3;

const views = new AddressTable(); // descriptors that were found for each control area
const files = new AddressTable(); // control areas by device, path and kind of their file

/** Forgets the control areas. */
export function beginSections(): void {
  views.clear();
  files.clear();
}

/** Checks the view that the descriptor at `vad` describes, `pages` pages of `process`. */
export function checkView(vad: u64, process: u64, pages: u64): bool {
  const rule = Rule.ViewHasASection;
  const subsection = follow(vad, MMVAD.Subsection);
  if (subsection == 0) return false;
  const area = follow(subsection, SUBSECTION.ControlArea);
  if (area == 0) return false;
  if (!views.has(area) && !checkControlArea(area)) return false;
  views.add(area, 1);
  if (!expect(rule, vad, MMVAD.VadsProcess, process)) return false;
  const segment = value(area, CONTROL_AREA.Segment);
  const first = value(segment, SEGMENT.PrototypePte);
  const total = value(segment, SEGMENT.TotalNumberOfPtes);
  const last = first + (total - 1) * PTE_BYTES;
  if (!expectBetween(rule, vad, MMVAD.FirstPrototypePte, first, last)) return false;
  return expect(
    rule,
    vad,
    MMVAD.LastContiguousPte,
    value(vad, MMVAD.FirstPrototypePte) + (pages - 1) * PTE_BYTES,
  );
}

function checkControlArea(area: u64): bool {
  const segment = follow(area, CONTROL_AREA.Segment);
  if (segment == 0) return false;
  if (!expect(Rule.SegmentNamesControlArea, segment, SEGMENT.ControlArea, area)) return false;
  const total = value(segment, SEGMENT.TotalNumberOfPtes);
  if (!expect(Rule.SegmentNamesControlArea, segment, SEGMENT.SizeOfSegment, total << 12)) return false;
  if (!checkSubsections(area, segment)) return false;
  checkPrototypes(area, segment, total);
  checkFile(area);
  visit(Visited.ControlAreas);
  return !broken();
}

/** Subsections follow each other, and their prototype PTEs lie within the segment's. */
function checkSubsections(area: u64, segment: u64): bool {
  const start = value(segment, SEGMENT.PrototypePte);
  const end = start + value(segment, SEGMENT.TotalNumberOfPtes) * PTE_BYTES;
  let subsection = area + offsetOf(CONTROL_AREA.SIZE);
  for (let i: u32 = 0; subsection != 0 && i < MOST_SUBSECTIONS && !broken(); i++) {
    if (!expect(Rule.SubsectionIsTheControlAreas, subsection, SUBSECTION.ControlArea, area)) return false;
    const base = value(subsection, SUBSECTION.SubsectionBase);
    const bytes = value(subsection, SUBSECTION.PtesInSubsection) * PTE_BYTES;
    if (bytes != 0 && (base < start || base + bytes > end))
      return disagree(Rule.SubsectionIsTheControlAreas, subsection, SUBSECTION.SubsectionBase, start, base);
    subsection = value(subsection, SUBSECTION.NextSubsection);
    if (subsection != 0 && !mapped(subsection))
      return disagree(Rule.MemoryIsMapped, subsection, SUBSECTION.ControlArea, 1, 0);
  }
  return !broken();
}

/** As many prototype PTEs are valid or on their way as the control area has pages in memory. */
function checkPrototypes(area: u64, segment: u64, total: u64): void {
  const prototypes = value(segment, SEGMENT.PrototypePte);
  let present: u64 = 0;
  for (let i: u64 = 0; i < total && !broken(); i++)
    if ((peek64(prototypes + i * PTE_BYTES) & PRESENT) != 0) present++;
  expectBetween(Rule.SectionPagesAreCounted, area, CONTROL_AREA.NumberOfPfnReferences, present, total);
}

/** A mapped file's object is a file, whose section pointers lead back. */
function checkFile(area: u64): void {
  const flags = area + offsetOf(CONTROL_AREA.u);
  if (value(flags, MMSECTION_FLAGS.File) == 0) return;
  const reference = area + offsetOf(CONTROL_AREA.FilePointer);
  const file = value(reference, EX_FAST_REF.Value) & ~CACHED_REFERENCES;
  if (!mapped(file)) {
    disagree(Rule.MemoryIsMapped, area, CONTROL_AREA.FilePointer, 1, file);
    return;
  }
  expect(Rule.FileLeadsToSection, file, FILE_OBJECT.Type, FILE_TYPE);
  if (broken() || !expectType(file, peek64(addressOf(NT.IoFileObjectType)))) return;
  const pointers = follow(file, FILE_OBJECT.SectionObjectPointer);
  if (pointers == 0) return;
  const isImage = value(flags, MMSECTION_FLAGS.Image) != 0;
  checkOnlyOne(area, file, isImage);
  expect(
    Rule.FileLeadsToSection,
    pointers,
    isImage ? SECTION_OBJECT_POINTERS.ImageSectionObject : SECTION_OBJECT_POINTERS.DataSectionObject,
    area,
  );
}

/** A file has one control area for its data and one as an image, whoever maps it. */
function checkOnlyOne(area: u64, file: u64, isImage: bool): void {
  const name = file + offsetOf(FILE_OBJECT.FileName);
  if (!isText(name)) {
    disagree(Rule.NameIsText, file, FILE_OBJECT.FileName, 1, 0);
    return;
  }
  const which = hashOfName(name, value(file, FILE_OBJECT.DeviceObject) + (isImage ? 1 : 0));
  const other = files.get(which);
  if (other != 0 && other != area)
    disagree(Rule.FileHasOneSection, area, CONTROL_AREA.FilePointer, other, area);
  files.set(which, area);
}

/** Upper and lower case alike, for ASCII. */
function hashOfName(name: u64, salt: u64): u64 {
  const text = value(name, UNICODE_STRING.Buffer);
  const length = value(name, UNICODE_STRING.Length);
  let hash = (HASH_START ^ salt) * HASH_PRIME;
  for (let i: u64 = 0; i < length; i += 2) {
    const character = u64(peek16(text + i));
    hash =
      (hash ^ (character >= LOWER_A && character <= LOWER_Z ? character - TO_UPPER : character)) * HASH_PRIME;
  }
  return hash;
}

/** Every control area counts its views and lists them. To be called when every process was seen. */
export function checkViewCounts(): void {
  for (let i: u32 = 0; i < views.slots && !broken(); i++) {
    const area = views.keyAt(i);
    if (area == 0) continue;
    const found = views.get(area);
    const head = area + offsetOf(CONTROL_AREA.ListHead);
    const link = MMVAD.ViewLinks;
    let listed: u64 = 0;
    for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link)) listed++;
    if (!broken() && listed != found)
      disagree(Rule.ViewsAreCounted, area, CONTROL_AREA.ListHead, found, listed);
    expect(Rule.ViewsAreCounted, area, CONTROL_AREA.NumberOfMappedViews, found);
    expectBetween(Rule.ViewsAreCounted, area, CONTROL_AREA.NumberOfUserReferences, found, u64.MAX_VALUE);
  }
}
