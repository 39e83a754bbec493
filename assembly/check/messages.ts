// ALPC messages that threads wait for the reply to: each is on a queue of the port that it was sent to.
import { Rule, Visited } from '../generated/rules';
import { ALPC_PORT, ETHREAD, KALPC_MESSAGE, KTHREAD } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { expect, follow, holderOf } from './expect';
import { nextOn } from './lists';
import { value } from './memory';
import { isListedThread } from './processes';
import { broken, disagree, visit } from './report';
import { WAITING } from './threads';

const WAIT_FOR_REPLY: u64 = 17; // _KWAIT_REASON.WrLpcReply

/** Checks the message whose reply a thread waits for, if there is one. */
export function checkMessage(thread: u64): void {
  if (value(thread, KTHREAD.State) != WAITING || value(thread, KTHREAD.WaitReason) != WAIT_FOR_REPLY) return;
  if (value(thread, ETHREAD.AlpcMessage) == 0) return;
  const message = follow(thread, ETHREAD.AlpcMessage);
  if (message == 0) return;
  expect(Rule.MessageIsTheThreads, message, KALPC_MESSAGE.WaitingThread, thread);
  const owner = follow(message, KALPC_MESSAGE.OwnerPort);
  if (owner == 0) return;
  expect(Rule.MessageIsTheThreads, owner, ALPC_PORT.OwnerProcess, value(thread, KTHREAD.Process));
  const server = value(message, KALPC_MESSAGE.ServerThread);
  if (!broken() && server != 0 && !isListedThread(server))
    disagree(Rule.MessageIsTheThreads, message, KALPC_MESSAGE.ServerThread, 0, server);
  checkQueue(message);
}

/** A message that was received and not answered is on its port's list of those, which is counted. */
function checkQueue(message: u64): void {
  const port = follow(message, KALPC_MESSAGE.PortQueue);
  if (port == 0) return;
  const head = port + offsetOf(ALPC_PORT.PendingQueue);
  const link = KALPC_MESSAGE.Entry;
  let found = false;
  let count: u64 = 0;
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link)) {
    if (holderOf(entry, link) == message) found = true;
    count++;
  }
  if (broken()) return;
  if (!found) disagree(Rule.MessageIsQueued, message, KALPC_MESSAGE.PortQueue, 0, port);
  else expect(Rule.MessageIsQueued, port, ALPC_PORT.PendingQueueLength, count);
  visit(Visited.Messages);
}
