import type { Kernel } from '../machine/machine.js';
import { StackPlan } from '../machine/stack-plan.js';
import { findArchetype, processorStacks } from '../world/archetypes.js';
import type { Stage, StagedThread } from '../world/stage.js';

/**
 * Stops the processors as a live dump does: the one that asked stays in the capture's code, all others spin in its
 * corral DPC on top of their idle loop. Writes their stacks and registers, and tells the stage what they are.
 */
export function corralProcessors(kernel: Kernel, stage: Stage): void {
  const { core, loaded } = kernel;
  const requester = stage.processes
    .flatMap(({ threads }) => threads)
    .find(({ state }) => state === 'Running');
  const lay = (thread: StagedThread, functions: readonly string[], processor: number) => {
    const plan = StackPlan.running(loaded, functions);
    core.exports.stackBegin(thread.address, thread.userMode?.trapFrameEnd ?? 0n, 0n);
    core.exports.stackLayOutRunning(thread.address, plan.put(core), processor);
    thread.stack = plan.names;
  };
  stage.idle.threads.forEach((idle, processor) => {
    if (processor === 0 && requester) {
      lay(requester, findArchetype(requester.archetype!).stack, processor);
      const plan = StackPlan.waiting(loaded, processorStacks.idleSwitchedOut);
      core.exports.stackBegin(idle.address, 0n, 0n);
      core.exports.stackLayOutWaiting(idle.address, plan.put(core));
      idle.stack = plan.names;
      idle.state = 'Ready';
    } else lay(idle, processorStacks.corralled, processor);
  });
}
