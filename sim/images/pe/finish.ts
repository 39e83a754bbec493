import { ByteWriter } from '../byte-writer.js';
import type { ModuleSpec } from '../spec.js';
import { peChecksum } from './checksum.js';
import { DEBUG_IDENTITY } from './debug-directory.js';
import type { Draft } from './draft.js';
import { CHECKSUM_OFFSET, encodeHeaders, TIME_DATE_STAMP_OFFSET } from './headers.js';
import { identityOf, pinnedIdentity, type Identity } from './identity.js';
import type { Layout } from './place.js';

export interface FinishedFile extends Identity {
  bytes: Uint8Array;
  checkSum: number;
  entryPoint: number;
}

/** Joins headers and sections into a file, then names and sums what it holds. `publics` go into its identity. */
export function finishFile(
  spec: ModuleSpec,
  draft: Draft,
  layout: Layout,
  entryPoint: number,
  publics: unknown,
): FinishedFile {
  const place = (symbol: string) => {
    const { section, offset } = draft.find(symbol, 'the header');
    const placed = layout.sections.find((candidate) => candidate.draft === section)!;
    return { rva: placed.rva + offset, raw: placed.rawOffset + offset };
  };
  const directories = draft.directories.map(({ index, target, size }) => ({
    index,
    rva: place(target).rva,
    size,
  }));
  const last = layout.sections.findLast(({ rawSize }) => rawSize > 0);
  const file = new ByteWriter(last ? last.rawOffset + last.rawSize : layout.sizeOfHeaders);
  file.append(encodeHeaders({ spec, layout, entryPoint, directories }));
  for (const section of layout.sections)
    if (section.draft && section.rawSize > 0) {
      file.append(section.draft.bytes.bytes);
      file.fill(section.rawOffset + section.rawSize - file.length);
    }
  const { bytes } = file;
  const content = identityOf(bytes, JSON.stringify([publics, spec.globals]));
  const identity = spec.pinned ? pinnedIdentity(spec.pinned, content.hash) : content;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  bytes.set(identity.guid, place(DEBUG_IDENTITY.guid).raw);
  bytes.set(identity.hash, place(DEBUG_IDENTITY.hash).raw);
  for (const stamp of DEBUG_IDENTITY.stamps) view.setUint32(place(stamp).raw, identity.timeDateStamp, true);
  view.setUint32(TIME_DATE_STAMP_OFFSET, identity.timeDateStamp, true);
  const checkSum = peChecksum(bytes, CHECKSUM_OFFSET);
  view.setUint32(CHECKSUM_OFFSET, checkSum, true);
  return { ...identity, bytes, checkSum, entryPoint };
}
