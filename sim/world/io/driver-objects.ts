import { driverRoutines, kernelDrivers, type DriverRoutines } from '../../images/driver-routines/index.js';
import type { LoadedModule } from '../../machine/kernel-images.js';
import type { Kernel } from '../../machine/machine.js';
import type { StagedDriver } from './io-stage.js';
import { FAST_IO_ROUTINES, MAJOR_FUNCTIONS } from './major-functions.js';
import type { IoNames } from './names.js';

/** DRIVER_OBJECT.Flags: DRVO_LEGACY_DRIVER, DRVO_BUILTIN_DRIVER, DRVO_INITIALIZED. */
const LEGACY = 2;
const BUILT_IN = 4;
const INITIALIZED = 0x10;
const NO_ROUTINE = 0n;

/** Creates the driver objects: those of the kernel itself, then one for each loaded driver, in load order. */
export function createDrivers(kernel: Kernel, names: IoNames): StagedDriver[] {
  const inKernel = kernelDrivers.map((routines) => createDriver(kernel, names, routines));
  const modules = new Set(kernel.loaded.modules.map(({ image }) => image.spec.module));
  const loaded = kernel.loaded.modules.flatMap((module) => {
    const routines = driverRoutines(module.image.spec, (name) => modules.has(name));
    return routines ? [createDriver(kernel, names, routines, module)] : [];
  });
  return [...inKernel, ...loaded];
}

function createDriver(
  kernel: Kernel,
  names: IoNames,
  routines: DriverRoutines,
  module?: LoadedModule,
): StagedDriver {
  const { core, typeIndex } = kernel;
  const { directory, part } = names.place(routines.name);
  const [partBytes, nameBytes, serviceBytes] = core.putTexts(
    { text: part, wide: true },
    { text: routines.name, wide: true },
    { text: module ? routines.service : part, wide: true },
  );
  const legacy = routines.addDevice === undefined ? LEGACY : 0;
  const address = core.exports.driverCreate(
    typeIndex.get('Driver')!,
    directory,
    core.exports.exchangeBuffer(),
    partBytes!,
    nameBytes!,
    serviceBytes!,
    module?.entry ?? NO_ROUTINE,
    INITIALIZED | (module ? legacy : BUILT_IN),
  );
  names.register(routines.name, 'Driver', address);
  setRoutines(kernel, address, routines, module);
  return { name: routines.name, address, routines, ...(module ? { module } : {}), devices: [] };
}

function setRoutines(
  { core, loaded }: Kernel,
  driver: bigint,
  routines: DriverRoutines,
  module: LoadedModule | undefined,
): void {
  const address = (name: string | undefined) => (name === undefined ? NO_ROUTINE : loaded.address(name));
  const { majorFunctions, fastIo, startIo, unload, addDevice } = routines;
  core.putList([
    module ? module.base + BigInt(module.image.entryPoint) : NO_ROUTINE,
    address(startIo),
    address(unload),
    address(addDevice),
    ...MAJOR_FUNCTIONS.map((major) => address(majorFunctions[major] ?? majorFunctions['*'])),
  ]);
  core.exports.driverSetRoutines(driver);
  if (!fastIo) return;
  core.putList(FAST_IO_ROUTINES.map((name) => address(fastIo[name] ?? fastIo['*'])));
  core.exports.driverSetFastIo(driver, FAST_IO_ROUTINES.length);
}
