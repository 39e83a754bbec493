import type { Core } from './core.js';
import { FRAME_KINDS } from './frame-map.js';
import { imageNameOf, readProcess, readProcessTexts } from './process-readings.js';

/** Names of what the core tells of a frame, in its order: assembly/map/frame-reading.ts and frame-owner.ts. */
const WORDS = [
  'kind',
  'pageLocation',
  'modified',
  'writeInProgress',
  'readInProgress',
  'cacheAttribute',
  'priority',
  'referenceCount',
  'shareCount',
  'blink',
  'flink',
  'pteAddress',
  'originalPte',
  'pteFrame',
  'prototypePte',
  'address',
  'process',
  'threadId',
  'controlArea',
  'isImage',
  'nameBytes',
] as const;

const WORD = 8;
const TEXT_AT = WORDS.length * WORD;

type Word = (typeof WORDS)[number];
type OwnerWord = 'address' | 'process' | 'threadId' | 'controlArea' | 'isImage' | 'nameBytes';

/** Members of an MMPFN. */
export type PfnEntry = Readonly<Record<Exclude<Word, 'kind' | OwnerWord>, bigint>>;

/** Whose a frame is, as far as its entry leads to someone. */
export interface FrameOwner {
  /** Virtual address that its PTE maps. */
  readonly address: bigint | undefined;
  readonly process: { readonly pid: number; readonly name: string; readonly address: bigint } | undefined;
  /** Whose kernel stack it is part of. */
  readonly threadId: number | undefined;
  /** CONTROL_AREA of the section that it is a page of. */
  readonly controlArea: bigint | undefined;
  readonly isImage: boolean;
  /** Of the file, or of the module. */
  readonly name: string;
}

/** One frame of physical memory. */
export interface FrameReading {
  readonly pfn: number;
  /** Of `FRAME_KINDS`; `undefined` where there is no memory. */
  readonly kind: string | undefined;
  /** `undefined` where Windows has none: the memory is not its own. */
  readonly entry: PfnEntry | undefined;
  readonly owner: FrameOwner | undefined;
}

/** Reads a frame's entry in the PFN database, and follows it to whom the frame belongs. */
export function readFrame(core: Core, pfn: number): FrameReading {
  const hasEntry = core.exports.mapReadFrame(pfn);
  const words = {} as Record<Word, bigint>;
  const { exchange } = core;
  for (let i = 0; i < WORDS.length; i++) words[WORDS[i]!] = exchange.getBigUint64(i * WORD, true);
  const { kind, address, process, threadId, controlArea, isImage, nameBytes, ...entry } = words;
  const name = hasEntry ? core.takeText(TEXT_AT, Number(nameBytes)) : '';
  const known = { pfn, kind: FRAME_KINDS[Number(BigInt.asIntN(64, kind))] };
  if (!hasEntry) return { ...known, entry: undefined, owner: undefined };
  return {
    ...known,
    entry,
    owner: {
      address: address || undefined,
      process: process ? describeProcess(core, process) : undefined,
      threadId: threadId ? Number(threadId) : undefined,
      controlArea: controlArea || undefined,
      isImage: isImage !== 0n,
      name,
    },
  };
}

function describeProcess(core: Core, address: bigint): NonNullable<FrameOwner['process']> {
  const pid = Number(readProcess(core, address).pid);
  return { pid, name: imageNameOf(readProcessTexts(core, address).imagePath, pid), address };
}
