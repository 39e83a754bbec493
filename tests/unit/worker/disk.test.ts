import { expect, test } from 'vitest';
import { inFolder } from '../../../sim/worker/disk.js';

test('what lies in a folder has one backslash before its name, also on the drive itself', () => {
  expect(inFolder('C:\\', 'Users')).toBe('C:\\Users');
  expect(inFolder('C:\\Users', 'Learner')).toBe('C:\\Users\\Learner');
});
