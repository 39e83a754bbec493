import type { __AdaptedExports } from '../../build/core/release.js';

/** The core's exports, typed by the compiler that made them. */
export type CoreExports = typeof __AdaptedExports;

type Call = (...values: unknown[]) => unknown;

/** WebAssembly knows no unsigned numbers: what a result is comes from a section of the module, a letter for each export. */
const SECTION = 'results';
const ADAPTED: Readonly<Record<string, (call: Call) => Call>> = {
  u:
    (call) =>
    (...values) =>
      (call(...values) as number) >>> 0,
  U:
    (call) =>
    (...values) =>
      BigInt.asUintN(64, call(...values) as bigint),
  b:
    (call) =>
    (...values) =>
      call(...values) !== 0,
};

/** A fresh instance of the core: functions with the results that the compiler's types promise. */
export async function instantiateCore(module: WebAssembly.Module): Promise<CoreExports> {
  const { exports } = await WebAssembly.instantiate(module, {
    env: {
      /** The core calls it at an assertion that does not hold. */
      abort(message: number, file: number, line: number) {
        const { buffer } = exports.memory as WebAssembly.Memory;
        throw new Error(`${textAt(buffer, message)} in ${textAt(buffer, file)}:${line}`);
      },
    },
  });
  const letters = new TextDecoder().decode(WebAssembly.Module.customSections(module, SECTION)[0]);
  const adapted = Object.entries(exports).map(([name, value], index) => {
    const adapt = ADAPTED[letters[index]!];
    return [name, adapt ? adapt(value as Call) : value];
  });
  return Object.fromEntries(adapted) as CoreExports;
}

/** A string of the core's, whose bytes are counted in the word before it. */
function textAt(memory: ArrayBuffer, address: number): string {
  const at = address >>> 0;
  if (at === 0) return '';
  return new TextDecoder('utf-16le').decode(
    new Uint8Array(memory, at, new DataView(memory).getUint32(at - 4, true)),
  );
}
