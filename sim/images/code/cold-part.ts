import { ByteWriter } from '../byte-writer.js';
import { Assembler } from './assembler.js';
import type { CodeFixup } from './code-writer.js';

/** Code of a function that lies apart from it. It uses the function's frame as it is. */
export interface ColdPart {
  bytes: Uint8Array;
  fixups: CodeFixup[];
  /** Offset in the function at which it goes on behind the part. */
  back: number;
}

/** Symbols of a function's cold part: where it starts, what is behind it, and where it leads back to. */
export const COLD = {
  start: (name: string) => `$cold.${name}`,
  end: (name: string) => `$cold.end.${name}`,
  back: (name: string) => `$cold.back.${name}`,
} as const;

const TEST = 0x85;

/**
 * Writes the way out of a function into its cold part, and with `emitBody` the part itself, which jumps back to where
 * the function goes on.
 */
export function emitCold(asm: Assembler, name: string, emitBody: (part: Assembler) => void): ColdPart {
  asm.registers(TEST, 'rax', 'rax', true).jumpIfNotZero(COLD.start(name));
  const part = new Assembler(new ByteWriter(256));
  emitBody(part);
  part.jump(COLD.back(name));
  return { bytes: part.out.bytes.slice(), fixups: part.fixups, back: asm.offset };
}
