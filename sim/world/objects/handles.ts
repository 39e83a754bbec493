import { Dice } from '../../images/code/dice.js';
import type { Kernel } from '../../machine/machine.js';
import data from '../catalogue/handles.json';
import named from '../catalogue/named-objects.json';
import { findArchetype } from '../archetypes.js';
import type { StagedProcess } from '../stage.js';
import { FileNames } from './file-names.js';
import { HandleRows } from './handle-rows.js';
import type { ServerPort } from './ports.js';
import type { KeyGroup, Registry } from './registry.js';
import { createProviders } from './providers.js';
import type { StagedJob } from './jobs.js';
import type { Tokens } from './tokens.js';

type Kind = keyof typeof data.mixes;
const mixes: Readonly<Record<Kind, Readonly<Record<string, number>>>> = data.mixes;
const accesses: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries(data.access).map(([type, masks]) => [type, masks.map(Number)]),
);
const ALL_ACCESS = 0x1f0003;
const SYSTEM_PID = 4;
const SUBSYSTEM = 'csrss.exe';
const THREAD_ALL_ACCESS = 0x1fffff;
const PROCESS_QUERY = 0x101000; // SYNCHRONIZE, PROCESS_QUERY_LIMITED_INFORMATION
const SHARED_SCALE = 1000; // shares are told in thousandths
const LARGEST_LEAD = 0.5; // at most this part of a process's handles comes from its opening ones

/** What handles lead to, beside what is in the namespace. */
export interface Openable {
  readonly registry: Registry;
  readonly ports: readonly ServerPort[];
  readonly tokens: Tokens;
  /** Control areas of mapped files. */
  readonly areas: readonly bigint[];
  readonly jobs: readonly StagedJob[];
}

/** Fills the handle tables of a machine's processes: what each kind of process has open, in the order of its life. */
export class Handles {
  readonly #kernel: Kernel;
  readonly #registry: Registry;
  readonly #ports: readonly ServerPort[];
  readonly #tokens: Tokens;
  readonly #areas: readonly bigint[];
  readonly #jobs: readonly StagedJob[];
  readonly #providers: readonly bigint[];
  /** Tokens that servers act for their clients with, by the client. */
  readonly #impersonations = new Map<StagedProcess, bigint>();
  readonly #processes: readonly StagedProcess[];
  readonly #files: FileNames;
  readonly #seed: bigint;
  readonly #desktops = new Map<number, bigint>();
  /** Objects by their full names, found once for all processes of a boot. */
  readonly #byName = new Map<string, bigint>();
  readonly #bySession = new Map<number, readonly StagedProcess[]>();
  /** Handles that a process has for each that data say: as many as a machine of the size has in all. */
  #factor = 1;

  constructor(kernel: Kernel, there: Openable, processes: readonly StagedProcess[], seed: bigint) {
    this.#kernel = kernel;
    this.#registry = there.registry;
    this.#ports = there.ports;
    this.#tokens = there.tokens;
    this.#areas = there.areas;
    this.#jobs = there.jobs;
    this.#providers = createProviders(kernel);
    this.#processes = processes;
    this.#files = new FileNames(kernel);
    this.#seed = seed;
  }

  /** Opens every process's handles, as many in all as a machine of its size has. */
  populate(): void {
    const wanted = new Map(this.#processes.map((process) => [process, handlesOf(process)]));
    const sum = [...wanted.values()].reduce((total, count) => total + count, 0);
    this.#factor = data.totals[this.#kernel.size.name] / sum;
    for (const [process, count] of wanted) {
      if (count > 0) this.#fill(process, Math.round(count * this.#factor));
      this.#kernel.core.exports.memoryPack();
    }
    this.#byName.clear(); // as time passes objects come and go
  }

  /** Opens the handles of a process that was started at run time, and those that its session's subsystem gets to it. */
  open(process: StagedProcess): void {
    this.#bySession.clear();
    this.#byName.clear();
    this.#fill(process, Math.round(handlesOf(process) * this.#factor));
    const subsystem = this.#processes.find(
      ({ name, sessionId }) => name === SUBSYSTEM && sessionId === process.sessionId,
    );
    if (!subsystem) return;
    const rows = new HandleRows(this.#kernel.core, subsystem.address);
    for (const { address } of [process, ...process.threads])
      rows.add('open', address, 0, 0, THREAD_ALL_ACCESS);
    rows.send();
  }

  #fill(process: StagedProcess, count: number): void {
    const dice = new Dice(`handles ${this.#seed} ${process.pid}`);
    const rows = new HandleRows(this.#kernel.core, process.address);
    const kind = kindOf(process);
    const opening = this.#opening(process, kind);
    const lead = Math.min(opening.length, Math.floor(count * LARGEST_LEAD));
    let opened = 0;
    for (const { type, object } of opening.slice(0, lead)) {
      this.#one(rows, process, kind, type, dice, object);
      opened++;
    }
    for (const port of this.#ports)
      if (port.server === process) {
        rows.add('open', port.address, 0, 0, accessTo('ALPC Port', dice));
        opened++;
      }
    opened += this.#waitedFor(rows, process) + this.#ended(rows, process);
    const choose = chooser(this.#jobs.length > 0 ? mixes[kind] : { ...mixes[kind], Job: 0 });
    for (; opened < count; opened++) this.#one(rows, process, kind, choose(dice), dice);
    rows.send();
  }

  /** The handles that a process of a kind opens first; named objects are created by whoever comes first. */
  #opening(process: StagedProcess, kind: Kind): { type: string; object?: bigint }[] {
    if (kind === 'system') return [];
    const { sessionId, pid } = process;
    const names = sessionId === 0 ? '\\BaseNamedObjects' : `\\Sessions\\${sessionId}\\BaseNamedObjects`;
    const windows = sessionId === 0 ? '\\Windows' : `\\Sessions\\${sessionId}\\Windows`;
    const list =
      kind === 'app' || kind === 'csrss' ? [...data.opening, ...data.openingWithWindows] : data.opening;
    const steps = list.map((entry) => {
      const [type, path] = split(entry);
      if (path === undefined) return { type };
      if (type === 'Desktop') return { type, object: this.#desktop(sessionId) };
      const full = path.replace('%names%', names).replace('%windows%', windows).replace('%pid%', `${pid}`);
      return { type, object: this.#named(full, type) };
    });
    return [...steps, ...this.#shared(process)];
  }

  /** Named objects that several processes have open. */
  #shared(process: StagedProcess): { type: string; object: bigint }[] {
    const dice = new Dice(`shared ${this.#seed} ${process.pid}`);
    return named.objects.flatMap(({ type, share, session, paths }) =>
      session !== undefined && session !== process.sessionId
        ? []
        : paths
            .filter(() => dice.below(SHARED_SCALE) < share * SHARED_SCALE)
            .map((path) => ({ type, object: this.#named(path, type) })),
    );
  }

  #named(path: string, type: string): bigint {
    let object = this.#byName.get(path);
    if (object === undefined) {
      const { namespace } = this.#kernel;
      object = namespace.find(path)?.address ?? namespace.createTemporary(path, type);
      this.#byName.set(path, object);
    }
    return object;
  }

  /** The desktop Default of a session's interactive window station. It has a name, but lies in no directory. */
  #desktop(session: number): bigint {
    let desktop = this.#desktops.get(session);
    if (desktop === undefined) {
      const { core, typeIndex } = this.#kernel;
      const nameBytes = core.putWordsAndText([], 'Default');
      desktop = core.exports.namespaceCreateObject(0n, typeIndex.get('Desktop')!, nameBytes, 0);
      this.#desktops.set(session, desktop);
    }
    return desktop;
  }

  /** Handles to what a process's own threads wait for in user mode. */
  #waitedFor(rows: HandleRows, process: StagedProcess): number {
    const objects = new Set<bigint>();
    for (const { archetype, waitObjects } of process.threads) {
      if (archetype === undefined || findArchetype(archetype).userCall === undefined) continue;
      const { kind } = findArchetype(archetype).wait;
      if (kind !== 'event' && kind !== 'semaphore' && kind !== 'queue') continue;
      for (const { address, isInside } of waitObjects) if (!isInside) objects.add(address);
    }
    for (const object of objects) rows.add('open', object, 0, 0, ALL_ACCESS);
    return objects.size;
  }

  /**
   * Handles that keep alive what has ended: processes, held by who started them or else by System, and threads of the
   * process's own.
   */
  #ended(rows: HandleRows, process: StagedProcess): number {
    const canHold = (pid: number) =>
      this.#processes.some((other) => other.pid === pid && handlesOf(other) > 0);
    const kept = this.#processes.filter(
      ({ exitTime, parentPid }) =>
        exitTime !== undefined && process.pid === (canHold(parentPid) ? parentPid : SYSTEM_PID),
    );
    for (const { address } of kept) rows.add('open', address, 0, 0, PROCESS_QUERY);
    for (const { address } of process.endedThreads) rows.add('open', address, 0, 0, THREAD_ALL_ACCESS);
    return kept.length + process.endedThreads.length;
  }

  #one(rows: HandleRows, process: StagedProcess, kind: Kind, type: string, dice: Dice, known?: bigint): void {
    const access = accessTo(type, dice);
    const object = known ?? this.#existing(process, kind, type, dice);
    if (object !== undefined) {
      rows.add('open', object, 0, 0, access);
      return;
    }
    switch (type) {
      case 'Key':
        return rows.add('key', dice.pick(this.#registry.group(keyGroup(kind, dice))), 0, 0, access);
      case 'File': {
        const { device, text } = this.#files.pick(process, kind, dice);
        return rows.add('file', device, 0, text, access);
      }
      case 'EtwRegistration':
        return rows.add('register', dice.pick(this.#providers), this.#kernel.typeIndex.get(type)!, 0, access);
      case 'Section':
        return rows.add('map', dice.pick(this.#areas), 0, 0, access);
      case 'ALPC Port': {
        const port = this.#ports.length > 0 ? dice.pick(this.#ports) : undefined;
        return port && port.server !== process
          ? rows.add('connect', port.address, 0, 0, access)
          : rows.add('listen', 0n, 0, 0, access);
      }
      default:
        return rows.add('create', 0n, this.#kernel.typeIndex.get(type)!, dice.below(4), access);
    }
  }

  /** An object that is there already, for types that processes do not just create; undefined for others. */
  #existing(process: StagedProcess, kind: Kind, type: string, dice: Dice): bigint | undefined {
    const others = kind === 'csrss' ? this.#inSession(process) : this.#processes;
    switch (type) {
      case 'Process':
        return dice.pick(others).address;
      case 'Thread': {
        const { threads } = kind === 'csrss' ? dice.pick(others) : process;
        return threads.length > 0 ? dice.pick(threads).address : process.address;
      }
      case 'Job':
        return dice.pick(this.#jobs).address;
      case 'Token':
        return this.#token(process, dice);
      case 'Directory':
        return this.#kernel.namespace.findDirectory(dice.pick(['\\KnownDlls', '\\BaseNamedObjects']));
      case 'Partition':
        return this.#kernel.namespace.find('\\KernelObjects\\MemoryPartition0')!.address;
      case 'Session':
        return this.#kernel.namespace.find('\\KernelObjects\\Session0')!.address;
      case 'Callback':
        return this.#kernel.namespace.find(
          dice.pick(['\\Callback\\PowerState', '\\Callback\\SetSystemTime']),
        )!.address;
      default:
        return undefined;
    }
  }

  /** A process's own token, or one to act for a client with. */
  #token(process: StagedProcess, dice: Dice): bigint {
    if (dice.below(3) === 0) return this.#tokens.of(process)!.address;
    const client = dice.pick(this.#processes);
    const known = this.#impersonations.get(client) ?? this.#tokens.impersonation(client).address;
    this.#impersonations.set(client, known);
    return known;
  }

  #inSession({ sessionId }: StagedProcess): readonly StagedProcess[] {
    let found = this.#bySession.get(sessionId);
    if (!found) {
      found = this.#processes.filter((process) => process.sessionId === sessionId);
      this.#bySession.set(sessionId, found);
    }
    return found;
  }
}

function kindOf(process: StagedProcess): Kind {
  const named = (data.mixOf as Record<string, string | undefined>)[process.spec.program];
  return (named ?? (process.sessionId === 0 ? 'service' : 'app')) as Kind;
}

/** Handles that a process is to have; one that has ended, or has no user mode and is not System, has none. */
function handlesOf({ spec, exitTime }: StagedProcess): number {
  const isMinimal = spec.traits.includes('minimal') && spec.program !== 'System';
  if (exitTime !== undefined || isMinimal || spec.traits.includes('secure')) return 0;
  return spec.handles > 0 ? spec.handles : data.otherwise;
}

function keyGroup(kind: Kind, dice: Dice): KeyGroup {
  if (kind === 'system') return dice.pick(['system', 'system', 'services', 'service']);
  if (kind === 'app') return dice.pick(['everywhere', 'app']);
  return dice.pick(['everywhere', 'service', 'services']);
}

function accessTo(type: string, dice: Dice): number {
  const masks = accesses.get(type);
  return masks ? dice.pick(masks) : ALL_ACCESS;
}

/** `Directory:\KnownDlls` as type and path. */
function split(entry: string): [type: string, path?: string] {
  const at = entry.indexOf(':');
  return at < 0 ? [entry] : [entry.slice(0, at), entry.slice(at + 1)];
}

/** Draws a name with the probability that its weight gives it. */
function chooser(weights: Readonly<Record<string, number>>): (dice: Dice) => string {
  const names = Object.keys(weights);
  const ends: number[] = [];
  let sum = 0;
  for (const name of names) ends.push((sum += Math.round(weights[name]! * SHARED_SCALE)));
  return (dice) => {
    const drawn = dice.below(sum);
    return names[ends.findIndex((end) => drawn < end)]!;
  };
}
