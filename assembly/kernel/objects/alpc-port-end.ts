// The end of ALPC ports and of what waits at them.
import { ALPC_COMMUNICATION_INFO, ALPC_PORT, EPROCESS, ETHREAD, KALPC_MESSAGE } from '../../generated/types';
import { NT } from '../../generated/symbols';
import { offsetOf } from '../../layout/fields';
import { addToField, at, getField, read64, removeEntry, setField } from '../../memory/virtual';
import { freePool } from '../pool/pool';
import { endWaitOf } from '../scheduler/task-end';
import { addressOf } from '../symbols';
import { CLIENT_PORT, CONNECTION_PORT } from './alpc-port';
import { closeHandlesTo } from './handle-table-end';
import { dereferenceObject } from './object-end';

const STATUS_PORT_DISCONNECTED: u32 = 0xc0000037;

/** Takes a message that its sender waits to be answered off its port's queue. */
function cancelMessage(message: u64): void {
  removeEntry(at(message, KALPC_MESSAGE.Entry));
  addToField(getField(message, KALPC_MESSAGE.PortQueue), ALPC_PORT.PendingQueueLength, -1);
  setField(getField(message, KALPC_MESSAGE.WaitingThread), ETHREAD.AlpcMessage, 0);
  setField(getField(message, KALPC_MESSAGE.WaitingThread), ETHREAD.AlpcMessageId, 0);
  freePool(message);
}

/** Withdraws the request whose reply a thread waits for, if there is one. */
export function withdrawRequest(thread: u64): void {
  const message = getField(thread, ETHREAD.AlpcMessage);
  if (message != 0) cancelMessage(message);
}

/** Nobody will answer at a process's ports any more: who waits for a reply goes on, and what is left of the ports is nobody's. */
export function disconnectPorts(process: u64): void {
  const head = addressOf(NT.AlpcpPortList);
  for (let entry = read64(head); entry != head; entry = read64(entry)) {
    const port = entry - offsetOf(ALPC_PORT.PortListEntry);
    if (getField(port, ALPC_PORT.OwnerProcess) != process) continue;
    if (getField(port, ALPC_PORT.u1_s1_Type) == CONNECTION_PORT) answerAll(port);
    setField(port, ALPC_PORT.OwnerProcess, 0);
  }
}

function answerAll(port: u64): void {
  const queue = at(port, ALPC_PORT.PendingQueue);
  while (read64(queue) != queue) {
    const message = read64(queue) - offsetOf(KALPC_MESSAGE.Entry);
    const client = getField(message, KALPC_MESSAGE.WaitingThread);
    cancelMessage(message);
    endWaitOf(client, STATUS_PORT_DISCONNECTED);
  }
}

/** What a port's end leaves to be done: to be called when nothing refers to it any more. */
export function deletePort(port: u64): void {
  removeEntry(at(port, ALPC_PORT.PortListEntry));
  const info = getField(port, ALPC_PORT.CommunicationInfo);
  const kind = u32(getField(port, ALPC_PORT.u1_s1_Type));
  if (kind == CONNECTION_PORT) return freePool(info);
  const isClient = kind == CLIENT_PORT;
  setField(
    info,
    isClient
      ? ALPC_COMMUNICATION_INFO.ClientCommunicationPort
      : ALPC_COMMUNICATION_INFO.ServerCommunicationPort,
    0,
  );
  const other = getField(
    info,
    isClient
      ? ALPC_COMMUNICATION_INFO.ServerCommunicationPort
      : ALPC_COMMUNICATION_INFO.ClientCommunicationPort,
  );
  if (other == 0) {
    const connection = getField(info, ALPC_COMMUNICATION_INFO.ConnectionPort);
    removeEntry(at(info, ALPC_COMMUNICATION_INFO.CommunicationList));
    freePool(info);
    return dereferenceObject(connection, 1);
  }
  if (!isClient) return;
  // The server is told that its client has gone, and closes its end.
  const server = getField(other, ALPC_PORT.OwnerProcess);
  if (server != 0) closeHandlesTo(getField(server, EPROCESS.ObjectTable), other);
}
