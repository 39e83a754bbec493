import { address, hex } from '../../format/numbers.js';
import { forEachFrame } from '../../kernel/frames.js';
import { MemoryError } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { fieldReader } from '../../types/field-reader.js';
import { Arguments } from '../arguments.js';
import type { Command } from '../command.js';
import { expectEnd, refuseFlags } from '../refuse.js';

const PAGE_KB = 4;
/** MMLISTS, in the order of their numbers. */
const LOCATION_NAMES = [
  'Zeroed',
  'Free',
  'Standby',
  'Modified',
  'ModifiedNoWrite',
  'Bad',
  'Active/Valid',
  'Transition',
];
const LOCATION = { standby: 2, modified: 3, modifiedNoWrite: 4, active: 6 };
/** What `!memusage` shows. Source: Microsoft, "!memusage". */
const KIND = {
  /** Counts of all frames, and the files that they belong to. */
  all: 0,
  /** Of frames that are modified and may not be written alone: how many. */
  noWriteSummary: 1,
  /** Which these are. */
  noWriteDetails: 2,
  /** Counts of all frames alone. */
  summary: 8,
};

/** Frames of one control area, by what they are. */
interface Usage {
  controlArea: bigint;
  valid: number;
  standby: number;
  dirty: number;
  shared: number;
  locked: number;
}

/** `!memusage`: frames by their state, and the files that they hold, from the PFN database. */
export const memoryUsage: Command = {
  names: ['!memusage'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const kind = Number(rest.optionalValue() ?? 0n);
    expectEnd('!memusage', rest);
    if (!Object.values(KIND).includes(kind)) refuseFlags('!memusage', kind, 0);
    if (kind === KIND.noWriteSummary || kind === KIND.noWriteDetails)
      return print(noWriteText(session, kind === KIND.noWriteDetails));
    const counts = LOCATION_NAMES.map(() => 0);
    let missing = 0;
    const location = fieldReader(session, '_MMPFN', 'u3.e1.PageLocation');
    const files = new FileFrames(session);
    forEachFrame(session, {
      visit({ bytes, at }) {
        const list = Number(location(bytes, at));
        counts[list]!++;
        if (kind === KIND.all) files.add(bytes, at, list);
      },
      miss: (frames) => (missing += frames),
    });
    const row = (name: string, count: number) =>
      print(
        `${`${name}:`.padStart(20)} ${String(count).padStart(8)} (${String(count * PAGE_KB).padStart(8)} kb)\n`,
      );
    LOCATION_NAMES.forEach((name, i) => row(name, counts[i]!));
    row('Unknown', missing);
    row(
      'TOTAL',
      counts.reduce((sum, count) => sum + count, missing),
    );
    if (missing > 0) print(`The entries of ${missing} frames are not in the dump: their state is unknown.\n`);
    if (kind === KIND.all) print(`\n${usageText(session, files)}`);
  },
};

/** Frames that are modified and that their owner keeps from being written, as file systems do with their journals. */
function noWriteText(session: Session, isDetailed: boolean): string {
  const location = fieldReader(session, '_MMPFN', 'u3.e1.PageLocation');
  const pte = fieldReader(session, '_MMPFN', 'PteAddress');
  const files = new FileFrames(session);
  let count = 0;
  let missing = 0;
  const rows: string[] = [];
  forEachFrame(session, {
    visit({ bytes, at, number }) {
      if (Number(location(bytes, at)) !== LOCATION.modifiedNoWrite) return;
      count++;
      files.add(bytes, at, LOCATION.modifiedNoWrite);
      if (isDetailed) rows.push(`    PFN ${hex(number, 8)}  pteaddress ${hex(pte(bytes, at), 16)}\n`);
    },
    miss: (frames) => (missing += frames),
  });
  const summary = `${'ModifiedNoWrite:'.padStart(20)} ${String(count).padStart(8)} (${String(count * PAGE_KB).padStart(8)} kb)\n`;
  const unknown =
    missing === 0 ? '' : `The entries of ${missing} frames are not in the dump: their state is unknown.\n`;
  return isDetailed
    ? `${summary}${unknown}\n${rows.join('')}\n${usageText(session, files)}`
    : summary + unknown;
}

/** Counts frames whose prototype PTE belongs to a file, by their control areas. */
class FileFrames {
  readonly byControlArea = new Map<bigint, Usage>();
  /** Frames of sections that the page file backs: their entries do not lead to a subsection. */
  readonly ofPageFile: Usage = usage(0n);
  readonly #session: Session;
  readonly #bySubsection = new Map<bigint, Usage | undefined>();
  readonly #isPrototype;
  readonly #hasSubsection;
  readonly #subsection;
  readonly #shareCount;
  readonly #referenceCount;

  constructor(session: Session) {
    this.#session = session;
    this.#isPrototype = fieldReader(session, '_MMPFN', 'u4.PrototypePte');
    this.#hasSubsection = fieldReader(session, '_MMPFN', 'OriginalPte.u.Subsect.Prototype');
    this.#subsection = fieldReader(session, '_MMPFN', 'OriginalPte.u.Subsect.SubsectionAddress');
    this.#shareCount = fieldReader(session, '_MMPFN', 'u2.ShareCount');
    this.#referenceCount = fieldReader(session, '_MMPFN', 'u3.ReferenceCount');
  }

  add(bytes: DataView, at: number, list: number): void {
    const isHeld = list >= LOCATION.standby && list !== 5;
    if (!isHeld || this.#isPrototype(bytes, at) === 0n) return;
    const owner =
      this.#hasSubsection(bytes, at) === 0n
        ? this.ofPageFile
        : this.#ownerOf(BigInt.asUintN(64, BigInt.asIntN(48, this.#subsection(bytes, at))));
    if (!owner) return;
    if (list === LOCATION.standby) owner.standby++;
    else if (list === LOCATION.modified || list === LOCATION.modifiedNoWrite) owner.dirty++;
    else {
      owner.valid++;
      if (this.#shareCount(bytes, at) > 1n) owner.shared++;
      if (this.#referenceCount(bytes, at) > 1n) owner.locked++;
    }
  }

  #ownerOf(subsection: bigint): Usage | undefined {
    if (this.#bySubsection.has(subsection)) return this.#bySubsection.get(subsection);
    const found = this.#read(subsection);
    this.#bySubsection.set(subsection, found);
    return found;
  }

  #read(subsection: bigint): Usage | undefined {
    try {
      const controlArea = this.#session.view('_SUBSECTION', subsection).value('ControlArea');
      const known = this.byControlArea.get(controlArea) ?? usage(controlArea);
      this.byControlArea.set(controlArea, known);
      return known;
    } catch (error) {
      if (error instanceof MemoryError) return undefined;
      throw error;
    }
  }
}

const usage = (controlArea: bigint): Usage => ({
  controlArea,
  valid: 0,
  standby: 0,
  dirty: 0,
  shared: 0,
  locked: 0,
});

function usageText(session: Session, { byControlArea, ofPageFile }: FileFrames): string {
  const total = ({ valid, standby, dirty }: Usage) => valid + standby + dirty;
  const rows = [...byControlArea.values()]
    .sort((a, b) => total(b) - total(a) || (a.controlArea < b.controlArea ? -1 : 1))
    .map((entry) => rowText(hex(entry.controlArea, 16), entry, `mapped_file( ${fileName(session, entry)} )`));
  if (total(ofPageFile) > 0)
    rows.push(rowText('-'.repeat(16), ofPageFile, 'sections that the page file backs'));
  return (
    '  Usage Summary (in Kb):\nControl       Valid Standby Dirty Shared Locked PageTables  name\n' +
    rows.join('')
  );
}

/** The page tables that map files belong to the processes. */
const PAGE_TABLES = 0;

function rowText(control: string, { valid, standby, dirty, shared, locked }: Usage, name: string): string {
  const cell = (frames: number, width: number) => String(frames * PAGE_KB).padStart(width);
  return `${control}${cell(valid, 6)} ${cell(standby, 6)} ${cell(dirty, 5)} ${cell(shared, 5)} ${cell(locked, 5)} ${cell(PAGE_TABLES, 5)}  ${name}\n`;
}

/** The last part of the file's path, or why it is not known. */
function fileName(session: Session, { controlArea }: Usage): string {
  try {
    // The low bits of an EX_FAST_REF count references.
    const file = session.view('_CONTROL_AREA', controlArea).value('FilePointer.Value') & ~15n;
    if (file === 0n) return 'No name for file';
    const path = session.view('_FILE_OBJECT', file).unicode('FileName');
    return path.split('\\').at(-1) || 'No name for file';
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    return `Can't read file name buffer at ${address(error.address)}`;
  }
}
