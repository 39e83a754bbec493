import type { ByteWriter } from './byte-writer.js';
import { DraftSection, type Draft } from './pe/draft.js';
import { characteristicsOf } from './pe/section-kinds.js';
import type { PinnedPlacement } from './pinned/placement.js';
import type { GlobalSpec, ModuleSpec } from './spec.js';

const DEFAULT_ALIGNMENT = 8;

/** Writes a module's data: what the file holds first, then what is zero, which takes no room in the file. */
export function writeGlobals(draft: Draft, spec: ModuleSpec, pinned?: PinnedPlacement): void {
  const hasContent = (global: GlobalSpec) =>
    global.data !== undefined || pointersOf(global).length > 0 || global.serviceTable === true;
  if (pinned) {
    for (const global of spec.globals) {
      const content = new DraftSection('', 0, draft);
      if (hasContent(global)) writeInto(content, spec, global);
      else content.zeroFill = global.size;
      pinned.put(global.name, content, global.section ?? '.data', global.align ?? DEFAULT_ALIGNMENT);
    }
    return;
  }
  for (const global of spec.globals.filter(hasContent)) writeContent(draft, spec, global);
  for (const global of spec.globals.filter((candidate) => !hasContent(candidate))) {
    const section = sectionOf(draft, global);
    const alignment = global.align ?? DEFAULT_ALIGNMENT;
    section.zeroFill += (alignment - (section.size % alignment)) % alignment;
    section.define(global.name, section.size);
    section.zeroFill += global.size;
  }
}

function sectionOf(draft: Draft, { section = '.data' }: GlobalSpec): DraftSection {
  return draft.section(section, characteristicsOf(section));
}

function writeContent(draft: Draft, spec: ModuleSpec, global: GlobalSpec): void {
  const section = sectionOf(draft, global);
  const { bytes } = section;
  bytes.align(global.align ?? DEFAULT_ALIGNMENT);
  section.define(global.name);
  writeInto(section, spec, global);
}

function writeInto(section: DraftSection, spec: ModuleSpec, global: GlobalSpec): void {
  const { bytes } = section;
  const start = bytes.length;
  if (global.data !== undefined) writeData(bytes, global.data);
  for (const value of pointersOf(global))
    if (isNumber(value)) section.pointer(BigInt(value));
    else {
      const [target = '', distance = '0'] = value.split('+');
      section.va(target, Number(distance));
    }
  if (global.serviceTable)
    for (const [target, stackArguments] of Object.entries(spec.services ?? {})) {
      section.fixups.push({
        kind: 'service32',
        offset: bytes.length,
        target,
        table: global.name,
        stackArguments,
      });
      bytes.u32(0);
    }
  const rest = global.size - (bytes.length - start);
  if (rest < 0)
    throw new Error(`${spec.module}!${global.name}: more content than its ${global.size} bytes hold`);
  bytes.fill(rest);
}

/** A list head without more said of it is that of an empty list. */
function pointersOf({ name, type, data, pointers }: GlobalSpec): readonly string[] {
  return pointers ?? (type === '_LIST_ENTRY' && data === undefined ? [name, name] : []);
}

function isNumber(value: string): boolean {
  return /^\d+$/.test(value);
}

function writeData(bytes: ByteWriter, data: string): void {
  if (data.startsWith('text:')) bytes.ascii(`${data.slice('text:'.length)}\0`);
  else for (const digits of data.match(/../g) ?? []) bytes.u8(parseInt(digits, 16));
}
