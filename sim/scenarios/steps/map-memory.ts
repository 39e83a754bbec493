import * as v from 'valibot';
import { hex } from '../../truth/address.js';
import { bytes } from '../quantities.js';
import { byteCount } from '../units.js';
import { processSelector } from '../selectors.js';
import { defineStep } from './step.js';

const PAGE = 4096;
const LARGEST = 64 * 1024 * 1024;
/** Arena.Heaps of the core's kernel/processes/user-memory.ts. */
const HEAPS = 1;
/** Indexes of nt!MmProtectToValue. */
const PROTECTIONS = { readwrite: 4, 'execute-readwrite': 6 } as const;

export const mapMemory = defineStep(
  v.pipe(
    v.strictObject({
      do: v.literal('map-memory'),
      process: processSelector,
      size: v.pipe(
        bytes,
        v.check((text) => byteCount(text) >= 1 && byteCount(text) <= LARGEST, 'From 1 B to 64 MiB.'),
        v.description('Up to 64 MiB; whole pages are taken.'),
      ),
      protection: v.optional(
        v.pipe(
          v.picklist(['readwrite', 'execute-readwrite'], 'Memory is readwrite or execute-readwrite.'),
          v.description('How it may be used.'),
        ),
        'execute-readwrite',
      ),
      content: v.optional(
        v.pipe(
          v.picklist(['pe-header', 'data'], 'Memory holds a pe-header or data.'),
          v.description('Whether it begins as an executable file does, or holds data only.'),
        ),
        'pe-header',
      ),
    }),
    v.description('Private memory in a process, committed and written to, such as injected code has.'),
  ),
  ({ process: selector, size, protection, content }, { machine, cast }) => {
    const process = cast.process(selector);
    const { core, images } = machine.kernel;
    const { exports } = core;
    if (process.modules.length === 0)
      throw new RangeError(`${process.name} has no user mode. Name a process that has.`);
    const pages = Math.ceil(byteCount(size) / PAGE);
    const before = exports.processAttach(process.address);
    exports.processReopenUserSpace(process.address);
    const address = exports.memoryCreatePrivate(HEAPS, pages, pages, pages, PROTECTIONS[protection]);
    exports.processEndUserSpace(process.address);
    if (content === 'pe-header') {
      core.putBytes(images.get('ntdll').file.subarray(0, PAGE));
      exports.memoryWrite(address, PAGE);
    }
    exports.memoryAttach(before);
    return {
      pid: process.pid,
      start: hex(address),
      end: hex(address + BigInt(pages * PAGE)),
      protection,
      content,
    };
  },
);
