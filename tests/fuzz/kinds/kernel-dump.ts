import type { Originals } from '../originals.js';
import { ask, changed, type Change, type Subject } from '../subject.js';

/** What the debugger asks of each kernel dump that opens. */
const ALWAYS = ['lm', 'k'];
/** Some of these besides, by chance. */
const OFTEN = [
  'r', '!process 0 0',
  'kv', '~1s; kn', 'dt nt!_EPROCESS @$proc', 'x nt!Ps*', 'dps @rsp', 'u', 'ub @rip', 'uf @rip', 'ln @rip', 'lmv m nt', '.dumpdebug', '!thread',
  '!process -1 7', '!process 0 3', '!handle 0 3', '!vad', '!token', '!stacks 2', '!running -t', '!ready', '!locks -v', '!object \\', '!object \\Device',
  '!drvobj \\Driver\\disk 7', '!devnode 0 1', '!devstack \\Device\\Harddisk0\\DR0', '!irpfind', '!pool @$proc', '!poolused 2', '!vm', '!session', '!session -s 1', '!memusage', '!pfn 100',
  '!pte @rsp', '!vtop 0 @rsp', '!whatis @$proc', '!pcr', '!prcb', '!idt', '!gdt', '!dpcs', '!apc', '!timer', '!qlocks', '!cpuinfo', '!sysinfo cpuinfo',
  '!sd poi(@$proc-8) & -10 1', '!analyze -v', '!peb', '!teb', '.tlist', '.bugcheck', 'vertarget', '.time', 'dx -r2 @$cursession.Processes', 'dg 0 50',
  '!sysinfo smbios -v', '!sysinfo machineid', '!vm 37', '!memusage 2', '!memusage 8', '!irpfind -v', '!analyze -hang', '!whatis /p @cr3', '!whatis @rsp',
  'c @rsp L100 @rsp+8', 's -sa @rsp L400', 'd /p @cr3', 'x nt!Mi*; dt nt!_KTHREAD @$thread',
  's -d @rsp L100 0', '!address @rsp', '.process /p @$proc; lmu', 'dl nt!PsActiveProcessHead 200', '!list -t nt!_LIST_ENTRY.Flink -x "dq @$extret L1" nt!PsActiveProcessHead',
]; // prettier-ignore
const RARELY = ['!ptov @cr3', '!poolfind Proc', '!process 0 7', 's -d nt L1000 1'];

/** Kernel dumps that are damaged in one way. */
export function kernelDumps(name: string, originals: Originals, bytes: Uint8Array, change: Change): Subject {
  return {
    name,
    make: (random) => changed(bytes, random, change),
    open(file, step, random) {
      const commands = [...ALWAYS, ...Array.from({ length: 3 }, () => OFTEN[random(OFTEN.length)]!)];
      if (random(40) === 0) commands.push(RARELY[random(RARELY.length)]!);
      ask(file, originals.kernelSymbols, step, commands);
    },
  };
}
