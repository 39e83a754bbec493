import { indirectCallTargets } from './call-targets.js';
import { COLD } from './code/cold-part.js';
import type { CodeBlock, CodeScope } from './code/function.js';
import { functionCode } from './code/shared-code.js';
import { generateFunction32 } from './code/x86/function.js';
import { describeImage, type PublicSymbol } from './describe-image.js';
import { writeGlobals } from './globals.js';
import type { LinkScope } from './image-set.js';
import type { LabImage } from './lab-image.js';
import type { LinkedData } from './linked-data.js';
import { LinkedImage } from './linked-image.js';
import { writeDebugDirectory } from './pe/debug-directory.js';
import { Draft, DraftSection } from './pe/draft.js';
import { writeExceptionData, type ColdRange, type FunctionRange } from './pe/exception-data.js';
import { writeExports } from './pe/exports.js';
import { finishFile } from './pe/finish.js';
import { writeImports } from './pe/imports.js';
import { writeLoadConfig } from './pe/load-config.js';
import { placeSections, type Layout } from './pe/place.js';
import { placePinnedSections } from './pinned/place-sections.js';
import { PinnedPlacement } from './pinned/placement.js';
import { reserveRelocations, writeRelocations } from './pe/relocations.js';
import { resolveFixups } from './pe/resolve.js';
import { characteristicsOf } from './pe/section-kinds.js';
import { writeVersionResource } from './pe/version-resource.js';
import { CODE_SECTIONS, functionsIn, importSlot, importsOf } from './spec-parts.js';
import type { ModuleSpec } from './spec.js';

const FUNCTION_ALIGNMENT = 16;
const INT3 = 0xcc;

/** Makes the image of one module. Throws when a symbol, a module or room for a call is missing. */
export function linkImage(spec: ModuleSpec, scope: LinkScope): LabImage {
  return new LinkedImage(link(spec, scope));
}

/** The same as data. */
export function link(spec: ModuleSpec, scope: LinkScope): LinkedData {
  const draft = new Draft(spec.module, spec.machine === 'i386' ? 4 : 8);
  const publics: PublicSymbol[] = [];
  const pinned = spec.pinned && new PinnedPlacement(spec.pinned, draft);
  const { blocks, places } = writeCode(draft, spec, scope, publics, pinned);
  writeExceptionData(draft, functionRanges(blocks, places));
  writeGlobals(draft, spec, pinned);
  for (const { name, size } of spec.globals) publics.push({ name, kind: 'data', size });
  const exported = [...spec.functions, ...spec.globals].filter((symbol) => symbol.exported);
  writeExports(draft, spec.file, exported.map(({ name }) => name), spec.forwards); // prettier-ignore
  const imports = importsOf(spec);
  writeImports(draft, imports, scope.fileOf);
  for (const { symbol, slot } of imports)
    publics.push({ name: importSlot(symbol), kind: 'data', size: draft.pointerBytes, at: slot });
  const isKernelMode = spec.kind === 'kernel' || spec.kind === 'driver';
  const targets = indirectCallTargets(spec, blocks.map((block) => block.spec)); // prettier-ignore
  writeLoadConfig(draft, targets, isKernelMode ? 'GFIDS' : '.rdata');
  writeDebugDirectory(draft, spec.pdb);
  writeVersionResource(draft, spec);
  const layout = place(draft, spec);
  resolveFixups(draft, layout, BigInt(spec.imageBase));
  const rvaOf = (symbol: string, wanted: string) => {
    const place = draft.find(symbol, wanted);
    return layout.rvaOf(place.section, place.offset);
  };
  const file = finishFile(spec, draft, layout, rvaOf(spec.entryPoint, 'the header'), publics);
  return describeImage({ spec, layout, file, blocks, publics, imports, rvaOf });
}

/** Gives sections their places, the relocations' among them, whose size depends on the places. */
function place(draft: Draft, spec: ModuleSpec): Layout {
  reserveRelocations(draft);
  for (;;) {
    const layout = spec.pinned
      ? placePinnedSections(draft, spec.pinned)
      : placeSections(draft, spec.sectionAlignment ?? 'page');
    if (writeRelocations(draft, layout)) return layout;
  }
}

/** Puts functions into their sections, one after the other; between them only breakpoints. */
function writeCode(
  draft: Draft,
  spec: ModuleSpec,
  others: LinkScope,
  publics: PublicSymbol[],
  pinned: PinnedPlacement | undefined,
): { blocks: CodeBlock[]; places: Places } {
  const scope: CodeScope = {
    module: spec.module,
    globals: spec.globals.filter(({ size }) => size >= draft.pointerBytes).map(({ name }) => name),
    serviceNumber: others.serviceNumber,
    argumentsOf: (name) => others.argumentsOf(name.includes('!') ? name : `${spec.module}!${name}`),
  };
  const blocks: CodeBlock[] = [];
  const places: Places = { functions: new Map(), coldParts: new Map() };
  const prefix = `${spec.module}!`;
  let order = 0;
  for (const name of CODE_SECTIONS) {
    const first = blocks.length;
    const functions = functionsIn(spec, name);
    if (functions.length === 0) continue;
    const target = pinned
      ? new DraftSection(name, characteristicsOf(name), draft)
      : draft.section(name, characteristicsOf(name));
    for (const definition of functions) {
      const block =
        spec.machine === 'i386'
          ? generateFunction32(definition, scope)
          : functionCode(definition, scope, spec.shared);
      const made = pinned ? new DraftSection(name, target.characteristics, draft) : target;
      made.bytes.align(FUNCTION_ALIGNMENT, INT3);
      const at = made.bytes.length;
      append(made, block, prefix);
      const { section, offset: start } = pinned
        ? pinned.put(definition.name, made, name)
        : { section: target.define(definition.name, at), offset: at };
      for (const { name: label, offset } of block.labels) section.define(label, start + offset);
      for (const [mark, offset] of Object.entries(block.guard ?? {}))
        section.define(guardMark(mark, definition.name), start + offset);
      block.parts.forEach(({ start: at }, index) =>
        section.define(partOf(definition.name, index), start + at),
      );
      if (block.cold) section.define(COLD.back(definition.name), start + block.cold.back);
      section.define(endOf(definition.name), start + block.bytes.length);
      places.functions.set(block, pinned ? pinned.rvaOf(section, start) : order++);
      blocks.push(block);
      publics.push({
        name: definition.name,
        kind: 'function',
        size: block.bytes.length,
        ...(definition.decorated ? { decorated: definition.decorated } : {}),
      });
      for (const { name: label, offset } of block.labels)
        publics.push({ name: label, kind: 'label', size: block.bytes.length - offset });
    }
    for (const block of blocks.slice(first)) {
      if (!block.cold) continue;
      const made = pinned ? new DraftSection(name, target.characteristics, draft) : target;
      made.bytes.align(FUNCTION_ALIGNMENT, INT3);
      const at = made.bytes.length;
      const start = COLD.start(block.spec.name);
      append(made, block.cold, prefix);
      const { section, offset } = pinned
        ? pinned.put(start, made, name)
        : { section: target.define(start, at), offset: at };
      section.define(COLD.end(block.spec.name), offset + block.cold.bytes.length);
      places.coldParts.set(block, pinned ? pinned.rvaOf(section, offset) : order++);
    }
  }
  blocks.sort((a, b) => places.functions.get(a)! - places.functions.get(b)!);
  return { blocks, places };
}

/** What orders functions, and their parts that lie elsewhere, by their addresses. */
interface Places {
  functions: Map<CodeBlock, number>;
  coldParts: Map<CodeBlock, number>;
}

/** Puts code behind what a section has, with its fixups. */
function append(
  to: DraftSection,
  { bytes, fixups }: Pick<CodeBlock, 'bytes' | 'fixups'>,
  prefix: string,
): void {
  const at = to.bytes.length;
  to.bytes.append(bytes);
  for (const { offset, end, target: symbol, absolute } of fixups) {
    const target = symbol.startsWith(prefix) ? symbol.slice(prefix.length) : symbol;
    to.fixups.push({
      offset: at + offset,
      target,
      ...(absolute ? { kind: 'va32', distance: 0 } : { kind: 'rel32', end: at + end }),
    });
  }
}

function endOf(name: string): string {
  return `$end.${name}`;
}

function guardMark(mark: string, name: string): string {
  return `$guard.${mark}.${name}`;
}

function partOf(name: string, index: number): string {
  return `$part.${index}.${name}`;
}

/** What has unwind data, in the order of addresses. */
function functionRanges(
  blocks: readonly CodeBlock[],
  { functions, coldParts }: Places,
): (FunctionRange | ColdRange)[] {
  const cold = [...coldParts].map(([{ spec }, place]) => ({
    place,
    range: { start: COLD.start(spec.name), end: COLD.end(spec.name), of: spec.name },
  }));
  const whole = blocks.flatMap((block) =>
    functionRange(block).map((range) => ({ place: functions.get(block)!, range })),
  );
  if (cold.length === 0) return whole.map(({ range }) => range);
  return [...whole, ...cold].sort((a, b) => a.place - b.place).map(({ range }) => range);
}

function functionRange({
  spec: { name, filter },
  unwind,
  parts,
  guard,
  cookie,
  cold,
}: CodeBlock): FunctionRange[] {
  if (!unwind) return [];
  const range: FunctionRange = { name, end: endOf(name), unwind };
  if (cookie) range.cookie = cookie;
  if (parts.length > 0)
    range.parts = parts.map((part, index) => ({ start: partOf(name, index), unwind: part.unwind }));
  if (guard)
    range.guard = {
      start: guardMark('start', name),
      end: guardMark('end', name),
      except: guardMark('except', name),
      ...(filter === undefined ? {} : { filter }),
      ...(cold ? { cold: { start: COLD.start(name), end: COLD.end(name) } } : {}),
    };
  return [range];
}
