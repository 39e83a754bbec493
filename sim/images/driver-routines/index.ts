import type { FunctionSpec, ModuleSpec } from '../spec.js';
import driverData from './drivers.json';
import frameworkData from './frameworks.json';
import { notifyRoutines, trustRoutines } from './kernel-callbacks.js';

/** Routines by the name of their IRP_MJ_* (without the prefix); `*` is for all that are not named. */
type MajorFunctions = Readonly<Record<string, string>>;

interface Routines {
  readonly majorFunctions?: MajorFunctions;
  readonly fastIo?: Readonly<Record<string, string>>;
  readonly addDevice?: string;
  readonly startIo?: string;
  readonly unload?: string;
  /** What cancels a request that the driver holds. */
  readonly cancel?: string;
  readonly interrupt?: string;
  /** The DPC that its interrupt's service routine asks for. */
  readonly dpc?: string;
  /** What it has called each second for a device that it serves, by a timer of the I/O manager. */
  readonly timer?: string;
  /** What a driver that looks at finished requests sets for those it sends on; others just hand them down. */
  readonly completion?: string;
  /** What a minifilter registered with the filter manager. */
  readonly filter?: Readonly<Record<string, string>>;
  readonly decorated?: Readonly<Record<string, string>>;
}

interface DriverEntry extends Routines {
  readonly service?: string;
  readonly directory?: string;
  readonly framework?: string;
}

/** What a driver told the I/O manager of itself. Routines as `module!Function`. */
export interface DriverRoutines extends Routines {
  /** Name of the driver object: `\Driver\disk`. */
  readonly name: string;
  /** Name of the service. */
  readonly service: string;
  readonly isFileSystem: boolean;
  readonly majorFunctions: MajorFunctions;
}

const DRIVERS = driverData.drivers as Readonly<Record<string, DriverEntry>>;
const FRAMEWORKS = frameworkData.frameworks as Readonly<Record<string, Routines>>;
const LIBRARIES = new Set(driverData.libraries);
const KERNEL = 'nt';
/** What a driver's own routines are called where another module's is not on the machine. */
const FALLBACK = 'own';

/** Drivers that are part of the kernel itself. */
export const kernelDrivers: readonly DriverRoutines[] = (
  driverData.kernel as unknown as readonly (Routines & { name: string })[]
).map((driver) => ({
  ...qualified(driver, KERNEL),
  name: driver.name,
  service: '',
  isFileSystem: driver.name.startsWith('\\FileSystem'),
}));

/**
 * Routines of the driver that a kernel module is; `undefined` for modules that only export functions. Those of a
 * framework whose module `has` does not know become the driver's own.
 */
export function driverRoutines(
  spec: ModuleSpec,
  has: (module: string) => boolean,
): DriverRoutines | undefined {
  const stem = stemOf(spec);
  if (spec.kind !== 'driver' || LIBRARIES.has(stem)) return undefined;
  const entry: DriverEntry = DRIVERS[stem] ?? { framework: FALLBACK };
  const framework = frameworkOf(entry, has);
  const service = entry.service ?? spec.file.replace(/\.\w+$/, '');
  const directory = entry.directory ?? 'Driver';
  return {
    ...qualified({ ...framework, ...entry }, spec.module),
    name: `\\${directory}\\${service}`,
    service,
    isFileSystem: directory === 'FileSystem',
  };
}

function frameworkOf({ framework, majorFunctions }: DriverEntry, has: (module: string) => boolean): Routines {
  const found =
    framework === undefined ? (majorFunctions ? {} : FRAMEWORKS[FALLBACK]!) : FRAMEWORKS[framework];
  if (!found) throw new Error(`there is no driver framework ${framework}`);
  const foreign = Object.values(found.majorFunctions ?? {}).find((name) => name.includes('!'));
  return foreign === undefined || has(foreign.slice(0, foreign.indexOf('!'))) ? found : FRAMEWORKS[FALLBACK]!;
}

function qualified(routines: Routines, module: string): Routines & { majorFunctions: MajorFunctions } {
  const name = (routine: string) => (routine.includes('!') ? routine : `${module}!${routine}`);
  const all = (table: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(Object.entries(table).map(([key, routine]) => [key, name(routine)]));
  const { addDevice, startIo, unload, cancel, interrupt, dpc, timer, completion, decorated } = routines;
  return {
    majorFunctions: all(routines.majorFunctions),
    ...(routines.fastIo ? { fastIo: all(routines.fastIo) } : {}),
    ...(routines.filter ? { filter: all(routines.filter) } : {}),
    ...(addDevice ? { addDevice: name(addDevice) } : {}),
    ...(startIo ? { startIo: name(startIo) } : {}),
    ...(unload ? { unload: name(unload) } : {}),
    ...(cancel ? { cancel: name(cancel) } : {}),
    ...(interrupt ? { interrupt: name(interrupt) } : {}),
    ...(dpc ? { dpc: name(dpc) } : {}),
    ...(timer ? { timer: name(timer) } : {}),
    ...(completion ? { completion: name(completion) } : {}),
    ...(decorated ? { decorated } : {}),
  };
}

/** The modules with every function that drivers among them name as a routine of theirs. */
export function withDriverRoutines(specs: readonly ModuleSpec[]): ModuleSpec[] {
  const modules = new Set(specs.map(({ module }) => module));
  const wanted = new Map<string, Map<string, string | undefined>>();
  const want = (routine: string | undefined, decorated: Routines['decorated']) => {
    if (routine === undefined) return;
    const mark = routine.indexOf('!');
    const [module, name] = [routine.slice(0, mark), routine.slice(mark + 1)];
    const names = wanted.get(module) ?? new Map<string, string | undefined>();
    wanted.set(module, names.set(name, decorated?.[name]));
  };
  const drivers = specs.flatMap((spec) => driverRoutines(spec, (module) => modules.has(module)) ?? []);
  for (const driver of [...kernelDrivers, ...drivers]) {
    const { majorFunctions, fastIo = {}, filter = {}, addDevice, startIo, unload, decorated } = driver;
    const { cancel, interrupt, dpc, timer, completion } = driver;
    for (const routine of [
      ...Object.values(majorFunctions),
      ...Object.values(fastIo),
      ...Object.values(filter),
      ...[addDevice, startIo, unload, cancel, interrupt, dpc, timer, completion],
    ])
      want(routine, decorated);
  }
  const calls = new Map<string, readonly string[]>();
  for (const { routine, calls: called } of Object.values(notifyRoutines).flat()) {
    want(routine, undefined);
    if (called) calls.set(routine, called);
  }
  for (const routine of trustRoutines) want(routine, undefined);
  return specs.map((spec) => withFunctions(spec, calls, wanted.get(spec.module)));
}

function withFunctions(
  spec: ModuleSpec,
  calls: ReadonlyMap<string, readonly string[]>,
  wanted = new Map<string, string | undefined>(),
): ModuleSpec {
  const known = new Set(spec.functions.map(({ name }) => name));
  const missing = [...wanted].filter(([name]) => !known.has(name));
  if (missing.length === 0) return spec;
  const added = missing.map(([name, decorated]): FunctionSpec => {
    const called = calls.get(`${spec.module}!${name}`);
    return {
      name,
      ...(decorated === undefined ? {} : { decorated }),
      ...(called ? { calls: called.map((to) => ({ to })) } : {}),
    };
  });
  return { ...spec, functions: [...spec.functions, ...added] };
}

function stemOf({ file }: ModuleSpec): string {
  return file.replace(/\.\w+$/, '').toLowerCase();
}
