import { hex } from '../../format/numbers.js';
import { MemoryError, readPointer } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd, refuse, refuseFlags } from '../refuse.js';
import { flagNames, IO_TYPE_DEVICE, isOfType } from './devices.js';
import names from './io-names.json' with { type: 'json' };

/** Bits of the flags of `!devnode` that are here. Source: Microsoft, "!devnode". */
const FLAG = { children: 1, notStarted: 0x10, problems: 0x20 };
const KNOWN_FLAGS = FLAG.children | FLAG.notStarted | FLAG.problems;
/** Small numbers in place of an address ask for lists of devices that are about to go. */
const PENDING = ['', 'The list of pending removals (1)', 'The list of pending ejects (2)'];
const STARTED = 'DeviceNodeStarted';
/** DNF_HAS_PROBLEM and DNF_HAS_PRIVATE_PROBLEM. */
const HAS_PROBLEM = 0x6000;
const STATES_KEPT = 20;

interface Question {
  flags: number;
  /** In small letters. */
  service: string | undefined;
}

/** `!devnode`: the tree of devices. */
export const deviceNode: Command = {
  names: ['!devnode'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const given = rest.optionalValue() ?? 0n;
    const flags = Number(rest.optionalValue() ?? 0n);
    const service = rest.word()?.toLowerCase();
    expectEnd('!devnode', rest);
    const pending = given < BigInt(PENDING.length) ? PENDING[Number(given)] : '';
    if (pending) refuse('!devnode', pending);
    refuseFlags('!devnode', flags, KNOWN_FLAGS);
    const root = session.symbol('nt!IopRootDeviceNode');
    if (given === 0n && root === undefined)
      throw new CommandError('The symbols of nt do not name IopRootDeviceNode.\n');
    const at = given === 0n ? readPointer(session.memory, root!) : given;
    if (!isNode(session, at))
      throw new CommandError(`${hex(at, 16)}: Could not read device node or _DEVICE_NODE not found\n`);
    if (given === 0n) print(`Dumping IopRootDeviceNode (= 0x${hex(at, 16)})\n`);
    let count = 0;
    for (const text of nodeTexts(session, at, 0, { flags, service })) {
      print(text);
      count++;
    }
    if (count === 0) print('No device node is of that kind.\n');
  },
};

const DEEPEST_NODE = 32;
const MOST_CHILDREN = 0x1000;

/** Whether there is a device node: it has a device. */
function isNode(session: Session, at: bigint): boolean {
  try {
    const device = new TypedView(session, '_DEVICE_NODE', at).value('PhysicalDeviceObject');
    return isOfType(session, '_DEVICE_OBJECT', device, IO_TYPE_DEVICE);
  } catch (error) {
    if (error instanceof MemoryError) return false;
    throw error;
  }
}

/** Children that know their parent, each once: in a damaged tree they may lead anywhere. */
function* childrenOf(session: Session, node: TypedView): Iterable<bigint> {
  const seen = new Set<bigint>();
  for (let at = node.value('Child'); at !== 0n && !seen.has(at) && seen.size < MOST_CHILDREN;) {
    seen.add(at);
    if (!isNode(session, at)) return;
    const child = new TypedView(session, '_DEVICE_NODE', at);
    if (child.value('Parent') !== node.address) return;
    yield at;
    at = child.value('Sibling');
  }
}

/** Nodes that a question is about, each once, with those below them where that is asked for. */
function* nodeTexts(session: Session, at: bigint, depth: number, question: Question): Iterable<string> {
  const node = new TypedView(session, '_DEVICE_NODE', at);
  const { flags, service } = question;
  // A filter is about the whole tree; below a service's node come all of its children.
  const isSearch = service !== undefined || (flags & (FLAG.notStarted | FLAG.problems)) !== 0;
  const isOfService = service !== undefined && node.unicode('ServiceName').toLowerCase() === service;
  const isMeant =
    (service === undefined || isOfService) &&
    (!(flags & FLAG.notStarted) || node.enumerator('State') !== STARTED) &&
    (!(flags & FLAG.problems) || (node.number('Flags') & HAS_PROBLEM) !== 0);
  if (isMeant) yield nodeText(node, depth, !(flags & FLAG.children) && !isSearch);
  if ((!(flags & FLAG.children) && !isSearch) || depth >= DEEPEST_NODE) return;
  const below = isOfService && flags & FLAG.children ? { ...question, service: undefined } : question;
  for (const child of childrenOf(session, node)) yield* nodeTexts(session, child, depth + 1, below);
}

/** A node in a few lines; all of it when it is the only one. */
function nodeText(node: TypedView, depth: number, isWhole: boolean): string {
  const state = (field: string) => `${node.enumerator(field)} (0x${hex(node.number(field))})`;
  const pointer = (field: string) => `0x${hex(node.value(field), 16)}`;
  const service = node.unicode('ServiceName');
  const problem = node.number('Problem');
  const lines = [
    `DevNode 0x${hex(node.address, 16)} for PDO ${pointer('PhysicalDeviceObject')}`,
    ...(isWhole
      ? [`  Parent ${pointer('Parent')}   Sibling ${pointer('Sibling')}   Child ${pointer('Child')}`]
      : []),
    `  InstancePath is "${node.unicode('InstancePath')}"`,
    ...(service ? [`  ServiceName is "${service}"`] : []),
    `  State = ${state('State')}`,
    `  Previous State = ${state('PreviousState')}`,
    ...(isWhole ? wholeLines(node, state) : []),
    ...(problem === 0 ? [] : [`  Problem = 0x${hex(problem)}`]),
  ];
  return lines.map((line) => `${'  '.repeat(depth)}${line}\n`).join('');
}

/** States since the node was made, the latest first, in the ring that keeps them; then its flags. */
function wholeLines(node: TypedView, state: (field: string) => string): string[] {
  const newest = node.number('StateHistoryEntry');
  const history = Array.from({ length: STATES_KEPT }, (_, i) => {
    const place = (newest - 1 - i + 2 * STATES_KEPT) % STATES_KEPT;
    const field = `StateHistory[${place}]`;
    const text = node.number(field) === 0 ? 'Unknown State (0x0)' : state(field);
    return `  StateHistory[${String(place).padStart(2, '0')}] = ${text}`;
  });
  const flags = node.number('Flags');
  return [
    ...history,
    `  Flags (0x${hex(flags, 8)})  ${flagNames(names.nodeFlags, flags).join(', ')}`,
    ...(node.number('DisableableDepends') === 0
      ? []
      : [`  DisableableDepends = ${node.number('DisableableDepends')} (including self)`]),
  ];
}
