import type { ModuleSpec } from '../spec.js';
import clumsy from './clumsy.json';
import leaky from './leaky.json';
import poller from './poller.json';

const drivers = new Map(
  ([leaky, poller, clumsy] as unknown as ModuleSpec[]).map((driver): [string, ModuleSpec] => [
    driver.module,
    driver,
  ]),
);

/** Names of the lab's own faulty drivers, which scenarios load. */
export const labDriverNames = [...drivers.keys()] as readonly string[];

/**
 * A driver of the lab's own, with its source file: what goes wrong with it can be found down to a line.
 * @throws RangeError when there is none of the name
 */
export function labDriver(name: string): ModuleSpec {
  const driver = drivers.get(name);
  if (!driver) throw new RangeError(`There is no driver "${name}". Drivers: ${labDriverNames.join(', ')}.`);
  return driver;
}
