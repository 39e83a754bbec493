import * as v from 'valibot';
import { hex } from '../../truth/address.js';
import type { WaitMaker, WaitObject } from '../../world/wait-objects.js';
import { name } from '../selectors.js';
import { defineStep, type Scene } from './step.js';

const TAG = 0x7266744e; // 'Ntfr', as NTFS's resources have it
/** Kinds of worker threads of the System process, by what they wait for. */
const ARCHETYPES = { work: 'ntfswriter', exclusive: 'ntfswantswrite', shared: 'ntfswantsread' } as const;
const EVENT = 1; // _KOBJECTS.EventSynchronizationObject

export const lockResources = defineStep(
  v.pipe(
    v.strictObject({
      do: v.literal('lock-resources'),
      thread: v.pipe(
        name,
        v.description('Name for the thread, a worker of the System process that is started for it.'),
      ),
      owns: v.optional(
        v.pipe(v.array(name), v.description('ERESOURCEs that it owns exclusively, by names of your choice.')),
        [],
      ),
      wants: v.optional(
        v.pipe(name, v.description('ERESOURCE that it waits for. Without one it waits for its disk.')),
      ),
      access: v.optional(
        v.pipe(
          v.picklist(['exclusive', 'shared'], 'A thread wants a resource exclusive or shared.'),
          v.description('How it wants that one.'),
        ),
        'exclusive',
      ),
    }),
    v.description('A thread owns executive resources and waits for one.'),
  ),
  ({ thread: threadName, owns, wants, access }, scene) => {
    const { machine, cast } = scene;
    const { exports } = machine.kernel.core;
    const resources = owns.map((resource) => resourceOf(scene, resource));
    const wanted = wants === undefined ? undefined : resourceOf(scene, wants);
    for (const [index, { owner }] of resources.entries())
      if (owner !== undefined) throw new RangeError(`${owner} owns ${owns[index]} already.`);
    if (wanted) wanted.wantedBy = threadName;
    const waits: WaitMaker = {
      forThread(thread): WaitObject[] {
        for (const resource of resources) exports.resourceOwn(resource.address, thread, true);
        if (!wanted) return [{ address: exports.waitCreateObject(EVENT, 0, TAG), type: 'Event' }];
        const isExclusive = access === 'exclusive';
        const address = exports.resourceWant(wanted.address, thread, isExclusive);
        return [{ address, type: isExclusive ? 'Event' : 'Semaphore' }];
      },
    };
    const system = machine.stage.processes[0]!;
    const thread = machine.director.startKernelThread(system, ARCHETYPES[wanted ? access : 'work'], waits);
    machine.schedule.join(system, thread);
    for (const resource of resources) resource.owner = threadName;
    cast.nameThread(threadName, { process: system, thread });
    return {
      thread: hex(thread.address),
      tid: thread.tid,
      ...Object.fromEntries(resources.map(({ address }, index) => [`owns ${owns[index]}`, hex(address)])),
      ...(wanted ? { [`wants ${wants}`]: hex(wanted.address) } : {}),
    };
  },
);

/** A resource by its name in the scenario; the first step that names it makes it. */
function resourceOf({ machine, cast }: Scene, resource: string) {
  let found = cast.resources.get(resource);
  if (!found) {
    found = { address: machine.kernel.core.exports.resourceCreate(TAG) };
    cast.resources.set(resource, found);
  }
  return found;
}
