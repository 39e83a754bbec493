import type { Kernel } from '../machine/machine.js';
import { StackPlan } from '../machine/stack-plan.js';
import { findArchetype, processorStacks } from '../world/archetypes.js';
import { interruptedStack } from '../world/schedule.js';
import type { Stage, StagedThread } from '../world/stage.js';

/**
 * Stops the processors as a live dump does: the one that asked stays in the capture's code, all others spin in its
 * corral DPC, on top of their idle loop or of the thread that ran when the DPC's interrupt came. Writes their stacks
 * and registers, and tells the stage what they are.
 */
export function corralProcessors(kernel: Kernel, stage: Stage): void {
  const { core, loaded } = kernel;
  const begin = ({ address, userMode }: StagedThread) => {
    core.exports.schedulerSaveStack(address);
    core.exports.stackBegin(address, userMode?.trapFrameEnd ?? 0n, 0n);
  };
  const layRunning = (thread: StagedThread, functions: readonly string[], processor: number) => {
    const plan = StackPlan.running(loaded, functions);
    begin(thread);
    core.exports.stackLayOutRunning(thread.address, plan.put(core), processor);
    thread.stack = plan.names;
    thread.fillFrames?.();
  };
  const running = stage.processes
    .flatMap(({ threads }) => threads)
    .filter(({ state }) => state === 'Running');
  stage.idle.threads.forEach((idle, processor) => {
    const current = running.find((thread) => thread.processor === processor);
    if (!current) return layRunning(idle, processorStacks.corralled, processor);
    const archetype = findArchetype(current.archetype!);
    layRunning(
      current,
      archetype.running
        ? archetype.stack
        : [...processorStacks.corralledThread, ...interruptedStack(current)],
      processor,
    );
    const plan = StackPlan.waiting(loaded, processorStacks.idleSwitchedOut);
    begin(idle);
    core.exports.stackLayOutWaiting(idle.address, plan.put(core));
    idle.stack = plan.names;
  });
}
