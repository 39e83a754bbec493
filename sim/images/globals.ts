import type { ByteWriter } from './byte-writer.js';
import type { Draft, DraftSection } from './pe/draft.js';
import { characteristicsOf } from './pe/section-kinds.js';
import type { GlobalSpec, ModuleSpec } from './spec.js';

const DEFAULT_ALIGNMENT = 8;

/** Writes a module's data: what the file holds first, then what is zero, which takes no room in the file. */
export function writeGlobals(draft: Draft, spec: ModuleSpec): void {
  const hasContent = (global: GlobalSpec) =>
    global.data !== undefined || global.pointers !== undefined || global.serviceTable === true;
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
  const start = bytes.length;
  if (global.data !== undefined) writeData(bytes, global.data);
  for (const value of global.pointers ?? []) bytes.u64(isNumber(value) ? BigInt(value) : 0n);
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

/** Where the kernel writes which address when it starts: at `offset` in the global, that of `target` and `distance`. */
export function* startPointers(
  spec: ModuleSpec,
): Generator<{ global: string; offset: number; target: string; distance: number }> {
  for (const { name, pointers = [] } of spec.globals)
    for (const [index, pointer] of pointers.entries()) {
      if (isNumber(pointer)) continue;
      const [target = '', distance = '0'] = pointer.split('+');
      yield { global: name, offset: 8 * index, target, distance: Number(distance) };
    }
}

function isNumber(value: string): boolean {
  return /^\d+$/.test(value);
}

function writeData(bytes: ByteWriter, data: string): void {
  if (data.startsWith('text:')) bytes.ascii(`${data.slice('text:'.length)}\0`);
  else for (const digits of data.match(/../g) ?? []) bytes.u8(parseInt(digits, 16));
}
