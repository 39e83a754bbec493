import type { Core } from './core.js';

const DATA_AT = 8; // after its type and its bytes
/** Types of values, winnt.h. */
const REG_SZ = 1;
const REG_EXPAND_SZ = 2;
const REG_DWORD = 4;
const ZERO_BYTES = 2; // that end a text

/** Puts the question to the core; the length of the data that the exchange buffer then holds. */
function readValue(core: Core, path: string, name: string, types: readonly number[]): number | undefined {
  const [nameCharacters, pathCharacters] = core.putTexts(
    { text: name, wide: false },
    { text: path, wide: false },
  );
  if (!core.exports.registryReadValue(nameCharacters!, pathCharacters!)) return undefined;
  const { exchange } = core;
  return types.includes(exchange.getUint32(0, true)) ? exchange.getUint32(4, true) : undefined;
}

/**
 * A number of the registry, from the cells of its hive in emulated memory; `undefined` when there is no such value or
 * it is none. @param path of the key: `\REGISTRY\MACHINE\SYSTEM\CurrentControlSet\…`
 */
export function readRegistryNumber(core: Core, path: string, name: string): number | undefined {
  const bytes = readValue(core, path, name, [REG_DWORD]);
  return bytes === undefined ? undefined : core.exchange.getUint32(DATA_AT, true);
}

/** A text of the registry likewise. */
export function readRegistryText(core: Core, path: string, name: string): string | undefined {
  const bytes = readValue(core, path, name, [REG_SZ, REG_EXPAND_SZ]);
  return bytes === undefined ? undefined : core.takeText(DATA_AT, Math.max(0, bytes - ZERO_BYTES));
}
