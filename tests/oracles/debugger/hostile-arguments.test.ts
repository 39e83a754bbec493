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
    ['!irpfind -z', 'Option -z of !irpfind is not supported here. .hh !irpfind tells what is.\n'],
    ['!locks -z', 'Option -z of !locks is not supported here. .hh !locks tells what is.\n'],
    ['!locks @$proc', "is not on the list of the system's resources.\n"],
    [
      '!irpfind 1',
      'other than the nonpaged one, 0, of !irpfind is not supported here. .hh !irpfind tells what is.\n',
    ],
    [
      '!irpfind 0 0 colour 1',
      'is no criterion of !irpfind: arg, device, fileobject, mdlprocess, thread, userevent.\n',
    ],
    ['!poolused 8', 'Flags 0x8 of !poolused are not supported here. .hh !poolused tells which are.\n'],
    ['!poolused 6', 'do not go together: it sorts by one kind of pool.\n'],
    ['!poolfind Process', 'Process is no tag of pool: a tag has four characters.\n'],
    [
      '!poolfind Proc 2',
      'Special pool (2) of !poolfind is not supported here. .hh !poolfind tells what is.\n',
    ],
    ['!pool @$proc 4', 'Flags 0x4 of !pool are not supported here. .hh !pool tells which are.\n'],
    ['!vad @$proc 2', 'Flags 0x2 of !vad are not supported here. .hh !vad tells which are.\n'],
    ['!vad 10 1', '10 is in no range of the current process.\n'],
    ['!pte', 'Usage: !pte ADDRESS|PTE   !pte FIRST LAST   !pte ADDRESS 1\n'],
    ['!dpcs 63', 'There is no processor 63 in the dump.\n'],
    ['!qlocks 1', "!qlocks takes no '1' there. .hh !qlocks tells what it takes.\n"],
    ['!token -z', 'Option -z of !token is not supported here. .hh !token tells what is.\n'],
    ['!error 5 7', '!error knows one flag, 1: the code is an NTSTATUS. 7 is not.\n'],
    ['!timer -z', 'Option -z of !timer is not supported here. .hh !timer tells what is.\n'],
    ['!process /z 1', 'Option /z of !process is not supported here. .hh !process tells what is.\n'],
    ['!process 0 0 smss.exe now', "!process takes no 'now' there. .hh !process tells what it takes.\n"],
    ['!process 4 0 smss.exe', 'goes with 0 for the process: !process 0 FLAGS IMAGE.\n'],
    ['!process 4 40', 'Flags 0x40 of !process are not supported here. .hh !process tells which are.\n'],
    ['!thread -z', 'Option -z of !thread is not supported here. .hh !thread tells what is.\n'],
    ['!thread @$thread 20', 'Flags 0x20 of !thread are not supported here. .hh !thread tells which are.\n'],
    ['!stacks 3', '!stacks shows details 0, 1 or 2, not 3.\n'],
    ['!stacks -p', 'Option -p of !stacks is not supported here. .hh !stacks tells what is.\n'],
    ['!running -z', 'Option -z of !running is not supported here. .hh !running tells what is.\n'],
    ['!ready 40', 'Flags 0x40 of !ready are not supported here. .hh !ready tells which are.\n'],
    ['!handle -p', 'Option -p of !handle is not supported here. .hh !handle tells what is.\n'],
    ['!handle 0 8', 'Flags 0x8 of !handle are not supported here. .hh !handle tells which are.\n'],
    ['!handle 0 3 4 Evnt', 'There is no type of objects that is called Evnt.\n'],
    ['!handle 7fff0 3 4', '7fff0: there is no such entry in the table\n'],
    ['!handle 3 23', 'There is no thread and no process with the id 3.\n'],
    ['!object 0 Evnt', 'There is no type of objects that is called Evnt.\n'],
    ['!object -p', '-p, private namespaces, of !object is not supported here. .hh !object tells what is.\n'],
    ['!object @$proc 2', 'Flags 0x2 of !object are not supported here. .hh !object tells which are.\n'],
    ['!devnode 1', 'pending removals (1) of !devnode is not supported here. .hh !devnode tells what is.\n'],
    ['!devnode 0 40', 'Flags 0x40 of !devnode are not supported here. .hh !devnode tells which are.\n'],
    ['!devnode 0 0 nosuch', 'No device node is of that kind.\n'],
    ['!devobj nosuchdevice', 'Device object nosuchdevice not found\n'],
    ['!devobj', 'Usage: !devobj ADDRESS|NAME|\\PATH\n'],
    ['!drvobj disk 8', 'Flags 0x8 of !drvobj are not supported here. .hh !drvobj tells which are.\n'],
    ['!idt 100', '100 is not a vector: they go from 0 to ff.\n'],
    ['!idt -z', 'Option -z of !idt is not supported here. .hh !idt tells what is.\n'],
    ['!prcb 0 1', "!prcb takes no '1' there. .hh !prcb tells what it takes.\n"],
    ['!analyze -xml', 'Option -xml of !analyze is not supported here. .hh !analyze tells what is.\n'],
    ['!analyze -v now', "!analyze takes no 'now' there. .hh !analyze tells what it takes.\n"],
    ['!analyze -show', 'Usage: !analyze -show BUGCHECKCODE [P1 [P2 [P3 [P4]]]]\n'],
    ['!irp @$thread', 'IRP signature does not match, probably not an IRP\n'],
    ['!gdt 1', "!gdt takes no '1' there. .hh !gdt tells what it takes.\n"],
    ['!peb 1 2', "!peb takes no '2' there. .hh !peb tells what it takes.\n"],
    ['!teb 1 2', "!teb takes no '2' there. .hh !teb tells what it takes.\n"],
    ['!ptov 1ad000 1', "!ptov takes no '1' there. .hh !ptov tells what it takes.\n"],
    ['!cpuinfo 0 1', "!cpuinfo takes no '1' there. .hh !cpuinfo tells what it takes.\n"],
    ['!sd @$proc 1 1', "!sd takes no '1' there. .hh !sd tells what it takes.\n"],
    ['!sd @$proc 2', 'Flags 0x2 of !sd are not supported here. .hh !sd tells which are.\n'],
    ['!memusage 3', 'Flags 0x3 of !memusage are not supported here. .hh !memusage tells which are.\n'],
    ['!session -s 77', 'There is no process of session 119.\n'],
    ['!session -i 1', 'Option -i of !session is not supported here. .hh !session tells what is.\n'],
    ['!vm 8', 'Flags 0x8 of !vm are not supported here. .hh !vm tells which are.\n'],
    ['!vm 41', 'Flags 0x40 of !vm are not supported here. .hh !vm tells which are.\n'],
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
