import type { TypedMemory } from '../typed-memory.js';

export interface WalkedVad {
  address: bigint;
  /** First and last page. */
  start: bigint;
  end: bigint;
  /** MI_VAD_TYPE. */
  type: number;
  /** Index of nt!MmProtectToValue. */
  protection: number;
  isPrivate: boolean;
  /** Pages that count against the commit limit. */
  committed: number;
  /** Volume-relative path of the file that is mapped. */
  file?: string;
}

const SHORT = '_MMVAD_SHORT';
const FLAGS = `${SHORT}.u.VadFlags`;
const FAST_REFERENCE = 15n;

/** Reads trees of virtual address descriptors and the files behind them. */
export class VadWalk {
  readonly #memory: TypedMemory;
  readonly #files = new Map<bigint, string | undefined>();

  private constructor(memory: TypedMemory) {
    this.#memory = memory;
  }

  static async begin(memory: TypedMemory): Promise<VadWalk> {
    await memory.learn(
      '_EPROCESS.VadRoot',
      '_EPROCESS.VadCount',
      '_RTL_AVL_TREE.Root',
      '_RTL_BALANCED_NODE.Left',
      '_RTL_BALANCED_NODE.Right',
      '_RTL_BALANCED_NODE.ParentValue',
      `${SHORT}.StartingVpn`,
      `${SHORT}.StartingVpnHigh`,
      `${SHORT}.EndingVpn`,
      `${SHORT}.EndingVpnHigh`,
      `${FLAGS}.VadType`,
      `${FLAGS}.Protection`,
      `${FLAGS}.PrivateMemory`,
      `${SHORT}.u1.VadFlags1.CommitCharge`,
      `${SHORT}.CommitChargeHigh`,
      '_MMVAD.Subsection',
      '_SUBSECTION.ControlArea',
      '_CONTROL_AREA.FilePointer',
      '_EX_FAST_REF.Value',
      '_FILE_OBJECT.FileName',
    );
    return new VadWalk(memory);
  }

  /** A process's descriptors in order of address. @throws when the tree's links or count are wrong */
  async ofProcess(process: bigint): Promise<WalkedVad[]> {
    const memory = this.#memory;
    const root = memory.get(process + memory.offset('_EPROCESS.VadRoot'), '_RTL_AVL_TREE.Root');
    const nodes: { node: bigint; parent: bigint }[] = root === 0n ? [] : [{ node: root, parent: 0n }];
    for (let level = nodes.slice(); level.length > 0;) {
      await memory.fetchAll(
        SHORT,
        level.map(({ node }) => node),
      );
      level = level.flatMap(({ node, parent }) => {
        const above = memory.get(node, '_RTL_BALANCED_NODE.ParentValue') & ~7n;
        if (above !== parent) throw new Error(`VAD ${node.toString(16)} names another parent`);
        return ['Left', 'Right']
          .map((side) => ({ node: memory.get(node, `_RTL_BALANCED_NODE.${side}`), parent: node }))
          .filter((child) => child.node !== 0n);
      });
      nodes.push(...level);
    }
    if (Number(memory.get(process, '_EPROCESS.VadCount')) !== nodes.length)
      throw new Error(`VadCount of ${process.toString(16)} is not ${nodes.length}`);
    const vads = [];
    for (const { node } of nodes) vads.push(await this.#read(node));
    return vads.sort((a, b) => (a.start < b.start ? -1 : 1));
  }

  async #read(vad: bigint): Promise<WalkedVad> {
    const memory = this.#memory;
    const page = (low: string, high: string) =>
      memory.get(vad, `${SHORT}.${low}`) | (memory.get(vad, `${SHORT}.${high}`) << 32n);
    const isPrivate = memory.get(vad, `${FLAGS}.PrivateMemory`) === 1n;
    const file = isPrivate ? undefined : await this.#fileOf(vad);
    return {
      address: vad,
      start: page('StartingVpn', 'StartingVpnHigh'),
      end: page('EndingVpn', 'EndingVpnHigh'),
      type: Number(memory.get(vad, `${FLAGS}.VadType`)),
      protection: Number(memory.get(vad, `${FLAGS}.Protection`)),
      isPrivate,
      committed: Number(
        memory.get(vad, `${SHORT}.u1.VadFlags1.CommitCharge`) |
          (memory.get(vad, `${SHORT}.CommitChargeHigh`) << 31n),
      ),
      ...(file === undefined ? {} : { file }),
    };
  }

  async #fileOf(vad: bigint): Promise<string | undefined> {
    const memory = this.#memory;
    await memory.fetchAll('_MMVAD', [vad]);
    const subsection = memory.get(vad, '_MMVAD.Subsection');
    if (subsection === 0n) return undefined;
    await memory.fetchAll('_SUBSECTION', [subsection]);
    const area = memory.get(subsection, '_SUBSECTION.ControlArea');
    if (!this.#files.has(area)) {
      await memory.fetchAll('_CONTROL_AREA', [area]);
      const pointer = area + memory.offset('_CONTROL_AREA.FilePointer');
      const file = memory.get(pointer, '_EX_FAST_REF.Value') & ~FAST_REFERENCE;
      if (file !== 0n) await memory.fetchAll('_FILE_OBJECT', [file]);
      this.#files.set(
        area,
        file === 0n ? undefined : await memory.text(file + memory.offset('_FILE_OBJECT.FileName')),
      );
    }
    return this.#files.get(area);
  }
}
