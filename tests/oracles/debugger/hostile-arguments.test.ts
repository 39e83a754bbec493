import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Shell } from '../../../sim/debugger/index.js';
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';
import { shellOf } from './lab-shell.js';

/** Whatever stands behind a command, the answer is in words: no fault of the debugger's own, and soon. */
const COMMANDS = [
  '!process', '!thread', '!stacks', '!session', '!running', '!ready', '!locks', '!handle', '!object', '!devnode', '!devstack', '!drvobj', '!devobj',
  '!irp', '!irpfind', '!pool', '!poolused', '!poolfind', '!vm', '!memusage', '!pfn', '!pte', '!vtop', '!ptov', '!vad', '!peb', '!teb', '!token', '!sd',
  '!acl', '!sid', '!pcr', '!prcb', '!idt', '!gdt', '!dpcs', '!timer', '!apc', '!qlocks', '!sysinfo', '!cpuinfo', '!error', '!list', '!analyze', '!whatis', '!lmi',
]; // prettier-ignore
const ARGUMENTS = [
  '', '0', '1', '-1', 'zz', '0 0', '0 ffffffff', '123456789', 'ffff800000000000', 'ffffffffffffffff', '0x', '@$proc', '@$thread', '@$proc ff', '@$thread ff', 'nt', 'nt!NoSuchSymbol',
  '-z', '-?', '\\', '\\Device\\NoSuch', '"', '*', '(', '7fffffffffffffff 7fffffffffffffff', '@$proc+8', 'poi(0)', 'deadbeef`deadbeef', '1 2 3 4 5',
]; // prettier-ignore
const LONGEST_MS = 5000;

describe('hostile arguments', () => {
  let dump: GeneratedDump;
  let shell: Shell;

  beforeAll(() => {
    dump = generateDump(['--machine', 'tiny', '--seed', '9']);
    shell = shellOf(dump);
  });
  afterAll(() => dump?.remove());

  it.each(COMMANDS)('%s answers in words', (command) => {
    for (const given of ARGUMENTS) {
      const line = `${command} ${given}`.trim();
      const start = process.cpuUsage();
      expect(shell.execute(line), line).not.toMatch(/undefined|NaN|\[object|TypeError|RangeError|^ {4}at /);
      const { user, system } = process.cpuUsage(start);
      expect((user + system) / 1000, line).toBeLessThan(LONGEST_MS);
    }
  });

  it.each([
    ['!object 1234', '0000000000001234: Not a valid object (ObjectType invalid)\n'],
    ['!token @$proc', ' is not a token object.\n'],
    ['!irpfind -v', 'Option -v of !irpfind is not supported here. .hh !irpfind tells what is.\n'],
    ['!locks -d', 'Option -d of !locks is not supported here. .hh !locks tells what is.\n'],
    ['!analyze -hang', 'Option -hang of !analyze is not supported here. .hh !analyze tells what is.\n'],
    ['!memusage 1', 'Flags 0x1 of !memusage are not supported here.\n'],
    ['!session -s 77', 'There is no process of session 119.\n'],
    ['!session -i 1', 'Option -i of !session is not supported here. .hh !session tells what is.\n'],
    ['!vm 21', 'Flags 0x20 of !vm are not supported here.\n'],
  ])('%s says what is wrong', (line, end) => {
    const answer = shell.execute(line);
    expect(answer.slice(-end.length)).toBe(end);
  });

  it('every command of the debugger has a help that it can be typed from', () => {
    for (const command of COMMANDS) {
      const text = shell.execute(`.hh ${command}`);
      expect(text).toContain('Example: ');
      expect(text).toContain('Look for: ');
    }
  });
});
