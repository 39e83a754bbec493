import data from './catalogue/images.json';

/** What a machine is before anything happens on it; who lives there follows from its size. */
export interface BaseImage {
  readonly name: string;
  readonly title: string;
  readonly profile: string;
  /** ISO 8601, UTC. */
  readonly bootTime: string;
  readonly uptimeSeconds: number;
  readonly bootId: number;
  /** Percent of the machine's processor time that interrupts and DPCs take. */
  readonly interruptsCpu: number;
}

/** A base image of the catalogue. @throws RangeError when there is none with the name */
export function findImage(name: string): BaseImage {
  const { images } = data;
  if (!Object.hasOwn(images, name)) throw new RangeError(`There is no base image "${name}".`);
  return { name, ...images[name as keyof typeof images] };
}
