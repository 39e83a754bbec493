import type { Dice } from '../../images/code/dice.js';
import type { Kernel } from '../../machine/machine.js';
import data from '../catalogue/files.json';
import type { StagedProcess } from '../stage.js';

/** A file to be opened: its device, and the number under which the core keeps its name. */
export interface FileChoice {
  readonly device: bigint;
  readonly text: number;
}

const ON_A_DEVICE = 4; // one file of so many is opened on a device rather than the volume

/** Names of the files that processes have open, told to the core once each. */
export class FileNames {
  readonly #kernel: Kernel;
  readonly #texts = new Map<string, number>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** A file that a process of a kind has open. */
  pick(process: StagedProcess, kind: string, dice: Dice): FileChoice {
    if (kind !== 'system' && dice.below(ON_A_DEVICE) === 0) {
      const [device, name] = dice.pick(data.devices) as [string, string];
      return { device: this.#device(device), text: this.#text(name) };
    }
    const own = kind === 'system' ? data.system : kind === 'app' ? data.app : data.service;
    const name = dice
      .pick(kind === 'system' || dice.below(2) === 0 ? own : data.everywhere)
      .replace('%USERNAME%', this.#kernel.profile.system.userName)
      .replace('%program%', process.spec.program);
    return { device: this.#device(this.#kernel.profile.system.systemVolume), text: this.#text(name) };
  }

  /** The DEVICE_OBJECT of a path, 0 where no driver has created it. */
  #device(path: string): bigint {
    const found = this.#kernel.namespace.find(path);
    return found?.type === 'Device' ? found.address : 0n;
  }

  #text(name: string): number {
    let text = this.#texts.get(name);
    if (text === undefined) {
      const bytes = this.#kernel.core.putWordsAndText([], name);
      text = this.#kernel.core.exports.handleDefineText(bytes);
      this.#texts.set(name, text);
    }
    return text;
  }
}
