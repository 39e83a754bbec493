import * as v from 'valibot';
import { Dice } from '../../images/code/dice.js';
import { hex } from '../../truth/address.js';
import { createPort, type ServerPort } from '../../world/objects/ports.js';
import type { StagedProcess } from '../../world/stage.js';
import type { WaitMaker } from '../../world/wait-objects.js';
import { hasWindow, name, processSelector, threadSelector } from '../selectors.js';
import { defineStep, type Scene } from './step.js';

const PORT_ACCESS = 0x1f0001; // PORT_ALL_ACCESS
const MESSAGE_BYTES = 0x68; // a small remote procedure call
const DIGITS = 18; // of the names that the RPC runtime gives to ports without one

export const callServer = defineStep(
  v.pipe(
    v.strictObject({
      do: v.literal('call-server'),
      thread: v.pipe(name, v.description('Name for the thread that calls, which is started for it.')),
      process: processSelector,
      server: threadSelector,
      window: hasWindow,
    }),
    v.description(
      'A thread waits for the reply to an ALPC message, which a thread of a server has received and does not answer.',
    ),
  ),
  ({ thread: threadName, process: selector, server: serverSelector, window }, scene) => {
    const { machine, cast } = scene;
    const { exports } = machine.kernel.core;
    const process = cast.process(selector);
    const server = cast.thread(serverSelector);
    if (server.process === process)
      throw new RangeError(`${process.name} (${process.pid}) cannot be its own server. Name two processes.`);
    const waits: WaitMaker = {
      forThread: (address) => [{ address: exports.waitThreadAlpcSemaphore(address), type: 'Semaphore' }],
    };
    const thread = machine.director.startUserThread(process, 'alpcreply', waits, window);
    machine.schedule.join(process, thread);
    const port = portOf(scene, server.process);
    const own = exports.portOpenConnection(port.address, process.address);
    const message = exports.portSendRequest(thread.address, own, server.thread.address, MESSAGE_BYTES);
    cast.nameThread(threadName, { process, thread });
    return {
      pid: process.pid,
      tid: thread.tid,
      thread: hex(thread.address),
      message: hex(message),
      port: port.path,
      portAddress: hex(port.address),
      serverPid: server.process.pid,
      serverTid: server.thread.tid,
      serverThread: hex(server.thread.address),
    };
  },
);

/** A port that a server listens at: one that it has, or one that is made for it. */
function portOf({ machine }: Scene, server: StagedProcess): ServerPort {
  const { kernel, stage, seed } = machine;
  const { ports } = stage.objects;
  const known = ports.find((port) => port.server === server);
  if (known) return known;
  const { exports } = kernel.core;
  const table = exports.handleTable(server.address);
  if (table === 0n) throw new RangeError(`${server.name} has no handle table, so it serves nobody.`);
  const dice = new Dice(`port ${seed} ${server.pid}`);
  const digits = Array.from({ length: DIGITS }, () => dice.below(16).toString(16)).join('');
  const port = createPort(kernel, `\\RPC Control\\LRPC-${digits}`, server);
  exports.handleOpen(table, port.address, PORT_ACCESS, 0);
  ports.push(port);
  return port;
}
