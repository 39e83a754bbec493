import { afterEach, expect, test } from 'vitest';
import { FileSource } from '../../../sim/cli/debug/file-source.js';
import { SymbolFolder } from '../../../sim/cli/debug/symbol-folder.js';
import { Session, Shell } from '../../../sim/debugger/index.js';
import { LABS, isRight } from '../../../sim/labs/index.js';
import { CaptureLab } from '../../support/capture-lab.js';

/** What a learner does in the debugger: what was printed for a command. */
type Ask = (command: string) => string;

const TIMEOUT = 120_000;

function found(text: string, pattern: RegExp): string {
  const match = pattern.exec(text);
  if (!match) throw new Error(`${pattern} is not in:\n${text.slice(0, 2000)}`);
  return match[1]!;
}

/** The pieces of what `!process 0 x` prints, one for each process. */
const processes = (text: string) => text.split(/^PROCESS /m).slice(1);

/** The thread that a processor runs of a process that is wanted, what `!thread` prints of it, and the processor. */
function busiest(ask: Ask, isWanted: (image: string) => boolean) {
  const running = [...ask('!running').matchAll(/^ +(\d+) +[0-9a-f]{16} +([0-9a-f]{16}) /gm)];
  const all = running.map(([, processor, thread]) => ({
    processor: processor!,
    thread: thread!,
    text: ask(`!thread ${thread}`),
  }));
  return all.find(({ text }) => isWanted(found(text, /Owning Process .*Image: +(\S+)/)))!;
}

/** How each lab is solved from a dump: answers by task, as they are read off the screen. */
const SOLUTIONS: Readonly<Record<string, (ask: Ask) => Record<string, string>>> = {
  'busy-process'(ask) {
    const { thread, text, processor } = busiest(ask, (image) => image !== 'Taskmgr.exe');
    const [pid] = found(text, /Cid ([0-9a-f.]+)/).split('.');
    return { process: pid!, thread, processor };
  },
  'busy-driver'(ask) {
    const { thread, text } = busiest(ask, (image) => image === 'System');
    const interrupted = found(text, /nt!KiDpcInterrupt\+[^\n]*\n.* : (\S+)\+0x/);
    return { thread, driver: interrupted.split('!')[0]!, function: interrupted };
  },
  'hung-server'(ask) {
    const shell = ask('!process 0 2 explorer.exe');
    /** Who has received the message that a thread waits for the reply to; empty when it has none. */
    const serverOf = (thread: string) => {
      const message = /AlpcMessage +: (0x\S+)/.exec(ask(`dt nt!_ETHREAD ${thread} AlpcMessage`));
      if (!message) return '';
      const server = found(ask(`dt nt!_KALPC_MESSAGE ${message[1]} ServerThread`), /ServerThread +: 0x(\S+)/);
      return server.replace('`', '');
    };
    const waiting = [...shell.matchAll(/THREAD ([0-9a-f]{16}) [^\n]*WrLpcReply/g)].map(([, at]) => at!);
    const first = waiting.map(serverOf).find((server) => server !== '')!;
    const [pid] = found(ask(`!thread ${first}`), /Cid ([0-9a-f.]+)/).split('.');
    const last = ask(`!thread ${serverOf(first)}`);
    return {
      server: pid!,
      mutant: found(last, /^ +([0-9a-f]{16}) +Mutant/m),
      holder: found(last, /Mutant - owning thread ([0-9a-f]+)/),
    };
  },
  'handle-leak'(ask) {
    const count = (text: string) => Number(/HandleCount: +(\d+)/.exec(text)?.[1] ?? 0);
    const [worst] = processes(ask('!process 0 0')).sort((a, b) => count(b) - count(a));
    const pid = found(worst!, /Cid: ([0-9a-f]+)/);
    const newest = ask(`!handle 0 3 ${pid}`).trim().split('\n').slice(-6).join('\n');
    return { process: pid, type: found(newest, /Type: \(\w+\) (\w+)/) };
  },
  'token-swap'(ask) {
    const all = processes(ask('!process 0 1')).map((text) => ({
      pid: found(text, /Cid: ([0-9a-f]+)/),
      token: found(text, /Token +([0-9a-f]{16})/),
    }));
    const system = all.find(({ pid }) => pid === '4' || Number(`0x${pid}`) === 4)!;
    const thief = all.find(({ pid, token }) => pid !== system.pid && token === system.token)!;
    return { process: thief.pid, token: system.token };
  },
  'injected-code'(ask) {
    const root = found(ask('!process 0 1 explorer.exe'), /VadRoot ([0-9a-f]+)/);
    const line = found(ask(`!vad ${root}`), /^(.* Private +EXECUTE_READWRITE.*)$/m);
    const [, , page] = line.trim().split(/\s+/);
    return { start: `${page}000`, protection: found(line, /Private +(\w+)/) };
  },
  'hidden-process'(ask) {
    const listed = new Set(processes(ask('!process 0 0')).map((text) => found(text, /^([0-9a-f]{16})/)));
    const blocks = [...ask('!poolfind Proc').matchAll(/^([0-9a-f]{16}) : tag Proc/gm)];
    const objects = blocks.map(([, block]) => (BigInt(`0x${block}`) + 0x50n).toString(16));
    const process = objects.find((at) => !listed.has(at))!;
    return { process, pid: found(ask(`!process ${process} 0`), /Cid: ([0-9a-f]+)/) };
  },
  'hung-filter'(ask) {
    const line = found(ask('!stacks 2 clumsy'), /^ *4\.[0-9a-f]+ +([0-9a-f]{16}) /m);
    const text = ask(`!thread ${line}`);
    const [sp, , fault] = [.../^([0-9a-f`]+) .*nt!KiPageFault[^\n]*\n(.*: (\S+)\+0x)/m.exec(text)!].slice(1);
    return {
      thread: line,
      lock: found(text, /^ +([0-9a-f]{16}) +SynchronizationEvent/m),
      function: fault!,
      frame: sp!,
    };
  },
  'pool-leak'(ask) {
    const tags = ask('!poolused 2').split('\n');
    const tag = found(tags.find((line) => /^ *Leak /.test(line)) ?? '', /^ *(\S+)/);
    const stacks = ask(`!stacks 2 ${tag}`);
    const driver = found(stacks, /\s(?!nt!)(\w+)!/);
    return { tag, driver, thread: found(stacks, /4\.([0-9a-f]+)  [0-9a-f]{16} /) };
  },
  'stuck-irp'(ask) {
    const requests = [...ask('!process 0 2 explorer.exe').matchAll(/^ +([0-9a-f]{16}): \(0006/gm)];
    const told = requests.map(([, irp]) => ({ irp: irp!, text: ask(`!irp ${irp}`) }));
    const { irp, text } = told.find(
      (one) => /\\FileSystem\\/.test(one.text) && /\\Driver\\disk/.test(one.text),
    )!;
    const thread = found(text, /Thread ([0-9a-f]{16})/);
    const [, tid] = found(ask(`!thread ${thread}`), /Cid ([0-9a-f.]+)/).split('.');
    return { irp, driver: found(text, />\[[^\n]*\n[^\n]*\n +(\S+)/), thread: tid! };
  },
  'mutant-chain'(ask) {
    const waits = [...ask('!process 0 2 explorer.exe').matchAll(/Mutant - owning thread ([0-9a-f]+)/g)];
    const owners = waits.map(([, owner]) => owner!);
    let thread = owners.find((owner, i) => owners.indexOf(owner) !== i)!;
    let mutant = '';
    for (;;) {
      const next = /([0-9a-f]{16}) +Mutant - owning thread ([0-9a-f]+)/.exec(ask(`!thread ${thread}`));
      if (!next) break;
      [, mutant, thread] = next as unknown as [string, string, string];
    }
    const [pid] = found(ask(`!thread ${thread}`), /Cid ([0-9a-f.]+)/).split('.');
    return { thread, process: pid!, mutant };
  },
  'resource-deadlock'(ask) {
    const resources = ask('!locks')
      .split('Resource @ ')
      .slice(1)
      .map((text) => ({
        at: found(text, /\((0x[0-9a-f]+)\)/),
        owner: found(text, /Threads: ([0-9a-f]{16})/),
        waiters: [...(text.split('Waiting On')[1] ?? '').matchAll(/^ +([0-9a-f]{16})/gm)].map(
          ([, at]) => at!,
        ),
      }));
    const owners = new Set(resources.map(({ owner }) => owner));
    const circle = resources.find(({ waiters }) => waiters.some((waiter) => owners.has(waiter)))!;
    const victim = circle.waiters.find((waiter) => !owners.has(waiter))!;
    return { resource: circle.at, thread: circle.owner, victim };
  },
};

const labs: CaptureLab[] = [];
afterEach(() => labs.splice(0).forEach((lab) => lab.remove()));

test.each(LABS.map((lab) => [lab.name, lab] as const))(
  '%s is solved with a dump and the debugger alone',
  { timeout: TIMEOUT },
  async (name, { scenario, tasks }) => {
    const lab = await CaptureLab.boot({ scenario, seed: 3 });
    labs.push(lab);
    const { path } = lab.write('lab.dmp', {});
    const session = new Session(new FileSource(path), { path, symbols: new SymbolFolder(lab.symbols) });
    const shell = new Shell(session);
    const answers = SOLUTIONS[name]!((command) => shell.execute(command));
    const { events } = lab.machine;
    expect(Object.keys(answers).sort()).toEqual(tasks.map(({ id }) => id).sort());
    for (const task of tasks) {
      const answer = answers[task.id]!;
      expect(isRight(task, answer, events), `${task.id}: ${answer}`).toBe(true);
      for (const other of ['0', 'nt', '4096', 'ffff800000000000', 'System'])
        expect(isRight(task, other, events), `${task.id}: ${other}`).toBe(false);
    }
  },
);
