import { describe, expect, test } from 'vitest';
import { createMachine } from '../../../sim/index.js';
import { readRegistryNumber, readRegistryText } from '../../../sim/machine/registry-readings.js';

const MACHINE = '\\REGISTRY\\MACHINE';
const machine = await createMachine({ scenario: 'baseline', seed: 3, machine: 'tiny' });
const { core } = machine.kernel;

describe('values of the registry are read from the cells of its hives', () => {
  test('in a hive without a file', () => {
    const key = `${MACHINE}\\HARDWARE\\DESCRIPTION\\System\\CentralProcessor\\0`;
    expect(readRegistryText(core, key, 'VendorIdentifier')).toBe('GenuineIntel');
    expect(readRegistryText(core, key, 'ProcessorNameString')).toBe('12th Gen Intel(R) Core(TM) i7-1255U');
    expect(readRegistryNumber(core, key, '~MHz')).toBe(2611);
  });

  test('through the link CurrentControlSet to the hive of the file SYSTEM', () => {
    const power = 'Control\\Session Manager\\Power';
    const asked = `${MACHINE}\\SYSTEM\\CurrentControlSet\\${power}`;
    const real = `${MACHINE}\\SYSTEM\\ControlSet001\\${power}`;
    expect(readRegistryNumber(core, asked, 'FwPOSTTime')).toBe(3218);
    expect(readRegistryNumber(core, real, 'FwPOSTTime')).toBe(3218);
    expect(readRegistryNumber(core, asked.toLowerCase(), 'fwposttime')).toBe(3218);
  });

  test('what is not there, or of another type, is undefined', () => {
    const power = `${MACHINE}\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Power`;
    expect(readRegistryNumber(core, power, 'FwPOSTTimes')).toBeUndefined();
    expect(readRegistryText(core, power, 'FwPOSTTime')).toBeUndefined();
    expect(readRegistryNumber(core, `${power}\\None`, 'FwPOSTTime')).toBeUndefined();
    expect(readRegistryNumber(core, '\\REGISTRY', 'FwPOSTTime')).toBeUndefined();
  });
});
