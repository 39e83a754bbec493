import { checkMachine } from './check/check.js';
import { Dumps } from './dumps.js';
import { LabMachine, type MachineOptions } from './lab-machine.js';
import { loadCore } from './machine/load-core.node.js';
import { loadImages } from './machine/load-images.node.js';

export { LabMachine, type MachineOptions } from './lab-machine.js';
export type { CheckResult, RuleName, Visited } from './check/check.js';
export { Capture } from './livedump/capture.js';
export { LiveDump, type Phase } from './livedump/live-dump.js';
export { LiveDumpError, type Situation } from './livedump/status.js';
export type { EventFile, LiveDumpEvent } from './livedump/event-log.js';
export type { Conditions } from './livedump/conditions.js';
export { dumpFormats, type CaptureOptions, type DumpFormat, type DumpKind } from './livedump/options.js';
export type { ClassContents } from './livedump/contents.js';
export type { AddressWalk, WalkStep } from './machine/address-walk.js';
export { findScenario, scenarioNames, type Scenario } from './scenarios/scenario.js';
export { parseScenario, ScenarioError } from './scenarios/load.js';
export type { StepEvent } from './scenarios/play.js';
export { profileNames, type ProfileName } from './machine/profile.js';
export { sizeNames, type SizeName } from './machine/size.js';
export type { StoreFile } from './images/store.js';
export type * from './truth/truth.js';

/**
 * Boots a machine.
 * @throws RangeError with a sentence for the user when an option is not one
 */
export async function createMachine(options: MachineOptions = {}): Promise<LabMachine> {
  const machine = await LabMachine.boot(loadCore(), options, loadImages());
  machine.equip(Dumps, checkMachine);
  return machine;
}
