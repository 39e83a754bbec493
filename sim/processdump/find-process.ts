import type { Core } from '../machine/core.js';
import { imageNameOf, readProcesses, readProcessTexts } from '../machine/process-readings.js';
import { noSuchProcess, ProcessDumpError } from './refusal.js';

/** A process that was found. */
export interface FoundProcess {
  readonly pid: number;
  /** Address of its EPROCESS. */
  readonly address: bigint;
  readonly imagePath: string;
}

const MOST_CHARACTERS = 64;

/**
 * Looks a process up by its id, or by its program's name with or without `.exe`, regardless of case.
 * @throws ProcessDumpError when there is none, or more than one of that name
 */
export function findProcess(core: Core, wanted: number | string): FoundProcess {
  const processes = readProcesses(core).map(({ pid, address }) => ({
    pid: Number(pid),
    address,
    imagePath: readProcessTexts(core, address).imagePath,
  }));
  if (typeof wanted === 'number') {
    const found = processes.find(({ pid }) => pid === wanted);
    if (!found) throw noSuchProcess(`with the id ${wanted}`);
    return found;
  }
  const name = plain(wanted);
  const found = processes.filter(({ imagePath, pid }) => plain(imageNameOf(imagePath, pid)) === name);
  if (found.length === 0) throw noSuchProcess(`named ${wanted}`);
  if (found.length > 1)
    throw new ProcessDumpError(
      'STATUS_INVALID_CID',
      `${found.length} processes are named ${wanted}: their ids are ${found.map(({ pid }) => pid).join(', ')}. Give the id of one.`,
    );
  return found[0]!;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/\.exe$/, '');
}

/** 8-bit text of the kernel that ends with a zero. */
export function readText(core: Core, address: bigint): string {
  const length = core.exports.memoryRead(address, MOST_CHARACTERS);
  const bytes = core.view(core.exports.exchangeBuffer(), length);
  const end = bytes.indexOf(0);
  return String.fromCharCode(...bytes.subarray(0, end < 0 ? length : end));
}
