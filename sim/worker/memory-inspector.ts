import type { LabMachine } from '../lab-machine.js';
import { classMask } from '../livedump/contents.js';
import { resolveCaptureOptions, type CaptureOptions } from '../livedump/options.js';
import { walkAddress, type AddressWalk } from '../machine/address-walk.js';
import { readFrame, type FrameReading } from '../machine/frame-readings.js';
import { readFrameMap, type FrameMap, type FrameView } from '../machine/frame-map.js';
import { findProcess } from '../processdump/find-process.js';

/** The dumps that a user can ask for, and what each asks the machine for. */
const DUMPS = {
  stacks: { kind: 'stacks' },
  full: { kind: 'full' },
  userPages: { kind: 'full', userPages: true },
  hypervisorPages: { kind: 'full', hypervisorPages: true },
  nonessentialPages: { kind: 'full', hypervisorPages: true, nonessentialPages: true },
} satisfies Record<string, CaptureOptions>;

/** A frame, its bytes, and which dumps of now would hold it. */
export interface FrameDetails extends FrameReading {
  /** `undefined` where nobody but the secure kernel can read. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  readonly inDump: Readonly<Record<keyof typeof DUMPS, boolean>>;
}

const PAGE = 4096;
const SECURE = 'secureKernel';

/** Looks at the machine's physical memory and changes nothing. */
export class MemoryInspector {
  readonly #machine: LabMachine;

  constructor(machine: LabMachine) {
    this.#machine = machine;
  }

  get #core() {
    return this.#machine.kernel.core;
  }

  /** One more than the highest frame. */
  get frames(): number {
    return this.#core.exports.memoryFrames();
  }

  map(view: FrameView): FrameMap {
    return readFrameMap(this.#core, view);
  }

  /** @throws RangeError when there is no such frame number on the machine */
  frame(pfn: number): FrameDetails {
    if (!Number.isInteger(pfn) || pfn < 0 || pfn >= this.frames)
      throw new RangeError(`The machine has frames from 0 to ${this.frames - 1}, not ${pfn}.`);
    const reading = readFrame(this.#core, pfn);
    const dumpClass = this.#core.exports.mapDumpClass(pfn);
    const isAsked = (options: CaptureOptions) =>
      dumpClass >= 0 && ((classMask(resolveCaptureOptions(options)) >> dumpClass) & 1) === 1;
    return {
      ...reading,
      bytes: reading.kind === undefined || reading.kind === SECURE ? undefined : this.#bytes(pfn),
      inDump: Object.fromEntries(
        Object.entries(DUMPS).map(([name, options]) => [name, isAsked(options)]),
      ) as FrameDetails['inDump'],
    };
  }

  #bytes(pfn: number): Uint8Array<ArrayBuffer> {
    const { exports } = this.#core;
    exports.memoryReadPhysical(pfn);
    return this.#core.view(exports.exchangeBuffer(), PAGE).slice();
  }

  /** How a processor that runs a process translates an address. */
  walk(pid: number, address: bigint): AddressWalk {
    const { address: process } = findProcess(this.#core, pid);
    const before = this.#core.exports.processAttach(process);
    const walk = walkAddress(this.#core, address);
    this.#core.exports.memoryAttach(before);
    return walk;
  }
}
