import type {
  Candidate,
  Completion,
  Disassembly,
  EvidenceView,
  ExplainView,
  FieldView,
  FindingView,
  Item,
  MemoryView,
} from '../../../sim/debugger/index.js';

export type {
  Candidate,
  Completion,
  Disassembly,
  EvidenceView,
  ExplainView,
  FieldView,
  FindingView,
  Item,
  MemoryView,
};

/** What the page may ask of the debugger. Implemented by its worker; the page holds a Comlink proxy of it. */
export interface DebuggerApi {
  /**
   * Gives symbol files to the debugger; a dump that is open must be opened again to see them.
   * @param place where they come from, as `.sympath` shows it
   * @returns what became of them
   */
  addSymbols(place: string, files: readonly SymbolFile[]): Promise<AddedSymbols>;
  /** Opens a dump in place of the one before. Rejects with a sentence when it cannot be read. */
  open(path: string, dump: DumpFile): Promise<Opened>;
  /**
   * Runs a line.
   * @param interrupt address of a blob, which the page revokes to interrupt
   * @param onOutput gets what the commands print, in pieces
   */
  execute(
    line: string,
    interrupt: string,
    onOutput: (text: string) => void | Promise<void>,
  ): Promise<Answered>;
  /** What the word before the caret may go on as. */
  complete(line: string, caret: number): Promise<Completion>;

  // What the panes show; each rejects with a sentence.
  registers(): Promise<Item[]>;
  stack(): Promise<Item[]>;
  modules(): Promise<Item[]>;
  processes(): Promise<Item[]>;
  /** @param process address of its EPROCESS */
  threads(process: string): Promise<Item[]>;
  /** @param expression where to begin; '' for the current instruction */
  disassembly(expression: string, count: number): Promise<Disassembly>;
  /** What the address is that an expression leads to. */
  explain(expression: string): Promise<ExplainView>;
  /**
   * @param type structure that is laid over the bytes; '' for none
   * @param withSymbols whether they are pointers, whose targets are named
   */
  memory(expression: string, length: number, type: string, withSymbols: boolean): Promise<MemoryView>;
}

/** A file that the user gave, or one of the machine's disk. */
export type DumpFile = Blob | FileSystemFileHandle;

/** A `.pdb`, an image, or a `.zip` with such. */
export interface SymbolFile {
  /** Its name, with the folders that it lies in. */
  path: string;
  blob: Blob;
}

export interface AddedSymbols {
  /** How many are symbols or images. */
  count: number;
  /** Files that are not what their names say. */
  refused: { file: string; reason: string }[];
  /** PDBs that the open dump has no use for, and the module that wants another one of that name; '' for none. */
  unused: { file: string; module: string }[];
}

export interface Opened {
  /** What a debugger says of a dump that it has opened. */
  banner: string;
  /** `0: kd> ` */
  prompt: string;
}

export interface Answered {
  prompt: string;
  isInterrupted: boolean;
  /** Whether the command was one that ends the session. */
  hasEnded: boolean;
}
