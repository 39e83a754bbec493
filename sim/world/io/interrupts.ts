import type { Kernel } from '../../machine/machine.js';
import type { IoStage, StagedInterrupt } from './io-stage.js';

/** Connects the interrupts of the devices in the tree, spread over the processors. To be called when those are there. */
export function connectInterrupts({ core, loaded, hardware }: Kernel, io: IoStage): StagedInterrupt[] {
  return io.lines.flatMap(({ device, vector, irql }, index): StagedInterrupt[] => {
    const routine = device.driver.routines.interrupt;
    if (routine === undefined) return [];
    const processor = index % hardware.processors;
    const address = core.exports.interruptConnect(
      processor,
      vector,
      irql,
      loaded.address(routine),
      device.address,
    );
    const dpc = device.driver.routines.dpc;
    return [
      {
        address,
        processor,
        vector,
        irql,
        routine,
        device,
        ...(dpc === undefined
          ? {}
          : {
              dpc: {
                address: core.exports.deviceCreateDpc(device.address, loaded.address(dpc), processor),
                routine: dpc,
              },
            }),
      },
    ];
  });
}
