import { UserError } from './errors.js';

const UNITS: Readonly<Record<string, number>> = {
  mib: 2 ** 20,
  mb: 2 ** 20,
  gib: 2 ** 30,
  gb: 2 ** 30,
  tib: 2 ** 40,
};

/** @throws UserError when it is not a whole number that is exact */
export function parseSeed(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(seed))
    throw new UserError(
      `The seed must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, not "${text}".`,
    );
  return seed;
}

/** Bytes of an amount of memory with its unit. @throws UserError when it is not one */
export function parseMemory(text: string): number {
  const [, number, unit = ''] = /^(\d+)\s*([a-z]+)$/i.exec(text) ?? [];
  const bytes = Number(number) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
  if (!Number.isSafeInteger(bytes))
    throw new UserError(`The memory must be a number of MiB or GiB, like 512MiB or 8GiB, not "${text}".`);
  return bytes;
}

/** @throws UserError when it is not a whole number; the machine knows how many it may have */
export function parseProcessors(text: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw new UserError(`The number of processors must be a whole number, not "${text}".`);
  return Number(text);
}
