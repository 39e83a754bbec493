import type { Kernel } from '../../machine/machine.js';
import type { IoStage, StagedInterrupt, StagedNode, StagedResource } from './io-stage.js';

/** CM_RESOURCE_TYPE, CM_SHARE_DISPOSITION and flags of wdm.h. */
const TYPES = { port: 1n, interrupt: 2n, memory: 3n };
const DEVICE_EXCLUSIVE = 1n;
const PORT_FLAGS = 0x21n; // CM_RESOURCE_PORT_IO, POSITIVE_DECODE
const MEMORY_FLAGS = 0n; // CM_RESOURCE_MEMORY_READ_WRITE
const LATCHED = 1n;
const MESSAGE = 2n;
/** CM_RESOURCE_INTERRUPT_MESSAGE_TOKEN: a message has no number on its bus. */
const MESSAGE_TOKEN = 0xfffffffen;
const ONE_MESSAGE = 1n;
const PROCESSORS_OF_GROUP = 64;
const VECTOR_BITS = 16n;

/** What the catalogue says of a device's hardware. */
export interface ResourceSpec {
  /** Name in _INTERFACE_TYPE and number of the bus. */
  readonly bus: readonly [string, number];
  readonly memory?: readonly (readonly [start: string, bytes: number])[];
  readonly ports?: readonly (readonly [start: string, bytes: number])[];
  /** Line of the interrupt on its bus; one without a line is a message. */
  readonly line?: number;
}

/** Gives devices the hardware that the catalogue says. To be called when their interrupts are connected. */
export function assignResources(kernel: Kernel, io: IoStage, interrupts: readonly StagedInterrupt[]): void {
  for (const { node, spec, device } of io.wishes) {
    const interrupt = interrupts.find((each) => each.device === device);
    assign(kernel, node, spec, interrupt);
  }
}

function assign(
  { core, hardware, profile }: Kernel,
  node: StagedNode,
  { bus: [bus, number], memory = [], ports = [], line }: ResourceSpec,
  interrupt: StagedInterrupt | undefined,
): void {
  const areas = (kind: 'memory' | 'port', flags: bigint, list: typeof memory) =>
    list.map(([start, bytes]) => {
      node.resources.push({ kind, start: BigInt(start), bytes });
      return [TYPES[kind], DEVICE_EXCLUSIVE, flags, BigInt(start), BigInt(bytes), 0n];
    });
  const same = [...areas('memory', MEMORY_FLAGS, memory), ...areas('port', PORT_FLAGS, ports)];
  const raw: bigint[][] = [];
  const translated: bigint[][] = [];
  if (interrupt) {
    const { processor, vector, irql } = interrupt;
    const resource: StagedResource = { kind: 'interrupt', vector, irql, processor };
    node.resources.push(resource);
    const group = BigInt(Math.floor(processor / PROCESSORS_OF_GROUP));
    const affinity = 1n << BigInt(processor % PROCESSORS_OF_GROUP);
    const flags = line === undefined ? LATCHED | MESSAGE : LATCHED;
    const all = (1n << BigInt(Math.min(hardware.processors, PROCESSORS_OF_GROUP))) - 1n;
    const head = [TYPES.interrupt, DEVICE_EXCLUSIVE, flags];
    raw.push(
      line === undefined
        ? [...head, group, ONE_MESSAGE | (MESSAGE_TOKEN << VECTOR_BITS), affinity]
        : [...head, BigInt(line), group | (BigInt(line) << VECTOR_BITS), all],
    );
    translated.push([...head, BigInt(irql), group | (BigInt(vector) << VECTOR_BITS), affinity]);
  }
  const lists = [...same, ...raw, ...same, ...translated];
  if (lists.length === 0) return;
  core.putList(lists.flat());
  const kind = profile.enums._INTERFACE_TYPE[bus];
  if (kind === undefined) throw new Error(`there is no kind of bus ${bus}`);
  core.exports.deviceAssignResources(node.address, kind, number, lists.length / 2);
}
