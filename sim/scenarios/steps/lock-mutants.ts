import * as v from 'valibot';
import { hex } from '../../truth/address.js';
import type { StagedProcess } from '../../world/stage.js';
import type { WaitMaker, WaitObject } from '../../world/wait-objects.js';
import { hasWindow, name, processSelector } from '../selectors.js';
import { defineStep, type Scene } from './step.js';

const DIRECTORY = '\\BaseNamedObjects\\';
/** Kinds of user threads, by what they wait for. */
const ARCHETYPES = { something: 'nwfso', mutant: 'nwfmutant' } as const;
const ALL_ACCESS = 0x1f0003; // EVENT_ALL_ACCESS
const MUTANT_ACCESS = 0x1f0001; // MUTANT_ALL_ACCESS

export const lockMutants = defineStep(
  v.pipe(
    v.strictObject({
      do: v.literal('lock-mutants'),
      thread: v.pipe(name, v.description('Name for the thread, which is started for it.')),
      process: processSelector,
      owns: v.optional(
        v.pipe(
          v.array(name),
          v.description(
            'Mutants that it owns, by their names in \\BaseNamedObjects; what is not there is created.',
          ),
        ),
        [],
      ),
      wants: v.optional(
        v.pipe(
          name,
          v.description('Mutant that it waits for. Without one it waits for an event that nobody sets.'),
        ),
      ),
      window: hasWindow,
    }),
    v.description('A thread of a process owns mutants and waits for one.'),
  ),
  ({ thread: threadName, process: selector, owns, wants, window }, scene) => {
    const { machine, cast } = scene;
    const { exports } = machine.kernel.core;
    const process = cast.process(selector);
    const owned = owns.map((mutant) => mutantOf(scene, mutant));
    const wanted = wants === undefined ? undefined : mutantOf(scene, wants);
    for (const [index, { owner }] of owned.entries())
      if (owner !== undefined) throw new RangeError(`${owner} owns ${owns[index]} already.`);
    const waits: WaitMaker = {
      forThread(thread): WaitObject[] {
        for (const { address } of owned) exports.waitOwnMutant(address, thread);
        if (wanted) return [{ address: wanted.address, type: 'Mutant' }];
        return [{ address: exports.objectCreate(machine.kernel.typeIndex.get('Event')!, 1), type: 'Event' }];
      },
    };
    const thread = machine.director.startUserThread(
      process,
      ARCHETYPES[wanted ? 'mutant' : 'something'],
      waits,
      window,
    );
    machine.schedule.join(process, thread);
    for (const { address } of [...owned, ...(wanted ? [wanted] : [])])
      open(scene, process, address, MUTANT_ACCESS);
    if (!wanted) open(scene, process, thread.waitObjects[0]!.address, ALL_ACCESS);
    for (const mutant of owned) mutant.owner = threadName;
    if (wanted) wanted.wantedBy = threadName;
    cast.nameThread(threadName, { process, thread });
    return {
      pid: process.pid,
      tid: thread.tid,
      thread: hex(thread.address),
      ...Object.fromEntries(owned.map(({ address }, index) => [`owns ${owns[index]}`, hex(address)])),
      ...(wanted ? { [`wants ${wants}`]: hex(wanted.address) } : {}),
    };
  },
);

/** Opens a handle to an object, as the thread has done that uses it. */
function open({ machine }: Scene, process: StagedProcess, object: bigint, access: number): void {
  const { exports } = machine.kernel.core;
  exports.handleOpen(exports.handleTable(process.address), object, access, 0);
}

/** A mutant by its name; the first step that names it makes it, where the machine has none. */
function mutantOf({ machine, cast }: Scene, mutant: string) {
  let found = cast.mutants.get(mutant);
  if (!found) {
    const path = DIRECTORY + mutant;
    const { namespace } = machine.kernel;
    const known = namespace.find(path);
    if (known) throw new RangeError(`${path} is there already. Choose another name.`);
    found = { address: namespace.createTemporary(path, 'Mutant') };
    cast.mutants.set(mutant, found);
  }
  return found;
}
