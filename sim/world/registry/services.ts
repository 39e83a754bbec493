import driverOrder from '../../images/catalogue/drivers.json';
import type { IoStage, StagedDriver } from '../io/io-stage.js';
import { findProgram } from '../programs.js';
import type { Population, ProcessSpec, Service } from '../population.js';
import type { RegistryKey, RegistryTree } from './registry-tree.js';

const SERVICES = '\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services';
/** SERVICE_*: types of services. */
const KERNEL_DRIVER = 1;
const FILE_SYSTEM_DRIVER = 2;
const OWN_PROCESS = 0x10;
const SHARE_PROCESS = 0x20;
const USER_SERVICE_INSTANCE = 0xc0; // SERVICE_USER_SERVICE, SERVICE_USERSERVICE_INSTANCE
/** SERVICE_*_START. */
const START = { boot: 0, system: 1, automatic: 2, demand: 3 } as const;
const ERROR_NORMAL = 1;
/** The boot loader loads the drivers up to this one; those after it the kernel loads by itself. */
const LAST_BOOT_DRIVER = 'CLASSPNP';
const ACCOUNTS: Readonly<Record<string, string>> = {
  SYSTEM: 'LocalSystem',
  'LOCAL SERVICE': 'NT AUTHORITY\\LocalService',
  'NETWORK SERVICE': 'NT AUTHORITY\\NetworkService',
};
const USER_INSTANCE = /_[0-9a-f]{4,}$/; // a service of one user's session ends with the session's id

/** Where a service is described. */
export function servicePath(name: string): string {
  return `${SERVICES}\\${name}`;
}

/** Names of the services that run in a population's processes. */
export function servicesOf(population: Population): string[] {
  return population.flatMap(({ services }) => services.map(([name]) => name));
}

/** Describes the drivers that are loaded, and the instances of those that are minifilters. */
export function addDrivers(tree: RegistryTree, { drivers, filters }: IoStage): void {
  const bootDrivers = new Set(driverOrder.order.slice(0, driverOrder.order.indexOf(LAST_BOOT_DRIVER) + 1));
  for (const driver of drivers) {
    if (!driver.module) continue;
    const { spec } = driver.module.image;
    const start = bootDrivers.has(spec.module) ? START.boot : startOf(driver);
    const key = tree.key(servicePath(driver.routines.service));
    describe(key, driver.routines.isFileSystem ? FILE_SYSTEM_DRIVER : KERNEL_DRIVER, start);
    const path = spec.path.replace(/^\\SystemRoot\\/i, '');
    key.values.set('ImagePath', { type: 'REG_EXPAND_SZ', data: path });
  }
  for (const { name, altitude, instances } of filters) {
    const key = tree.key(`${servicePath(name)}\\Instances`);
    if (instances[0]) key.values.set('DefaultInstance', { type: 'REG_SZ', data: instances[0].name });
    for (const instance of instances) {
      const { values } = tree.key(`${key.path}\\${instance.name}`);
      values.set('Altitude', { type: 'REG_SZ', data: altitude });
      values.set('Flags', { type: 'REG_DWORD', data: 0 });
    }
  }
}

/** Plug and Play loads the drivers of devices when it finds these. */
function startOf({ routines }: StagedDriver): number {
  return routines.addDevice === undefined ? START.system : START.demand;
}

/** Describes the services that run in processes. */
export function addServices(tree: RegistryTree, population: Population): void {
  for (const spec of population) for (const service of spec.services) addService(tree, spec, service);
}

function addService(tree: RegistryTree, spec: ProcessSpec, [name, displayName]: Service): void {
  const program = findProgram(spec.program);
  const isShared = spec.program === 'svchost.exe';
  const isInstance = USER_INSTANCE.test(name);
  const key = tree.key(servicePath(name));
  const type = isShared ? SHARE_PROCESS : OWN_PROCESS;
  describe(key, isInstance ? type | USER_SERVICE_INSTANCE : type, START.automatic);
  key.values.set('DisplayName', { type: 'REG_SZ', data: displayName });
  const command = (spec.commandLine ?? (program.commandLine || `"${program.path}"`))
    .replace(/ -s \S+$/, '')
    .replace(/C:\\Windows/i, '%SystemRoot%');
  key.values.set('ImagePath', { type: 'REG_EXPAND_SZ', data: command });
  const account = ACCOUNTS[spec.user];
  if (!isInstance && account !== undefined) key.values.set('ObjectName', { type: 'REG_SZ', data: account });
}

function describe({ values }: RegistryKey, type: number, start: number): void {
  values.set('ErrorControl', { type: 'REG_DWORD', data: ERROR_NORMAL });
  values.set('Start', { type: 'REG_DWORD', data: start });
  values.set('Type', { type: 'REG_DWORD', data: type });
}
