// A request that a client's thread has sent through a port and waits to be answered.
//
//   client's thread ── AlpcMessage ──▶ message ── OwnerPort ──▶ client's port
//                  ◀── WaitingThread ──┤  ├── ServerThread ──▶ thread that has received it
//                                      │  └── PortQueue ──▶ connection port, on whose PendingQueue it is
import {
  ALPC_COMMUNICATION_INFO,
  ALPC_PORT,
  CLIENT_ID,
  ETHREAD,
  KALPC_MESSAGE,
  KTHREAD,
  PORT_MESSAGE,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { addToField, at, getField, insertTail, setField } from '../../memory/virtual';
import { allocatePool, PAGED, tag } from '../pool/pool';

const REQUEST: u32 = 0x2001; // LPC_REQUEST | LPC_CONTINUATION_REQUIRED
const PENDING: u32 = 2; // ALPC_MSGQUEUE_PENDING; its number, and that of the next one, is unverified
const OF_CONNECTION_PORT: u32 = 1;
const ID_STEP: u32 = 4; // ids are handed out as handles are
const FIRST_CALLBACK: u32 = 0x1000;

let sent: u32 = 0;

/** Lets `thread` wait for the answer to `dataBytes` bytes sent through its port, which `server` has received. Returns the message. */
export function sendRequest(thread: u64, port: u64, server: u64, dataBytes: u32): u64 {
  const bytes = offsetOf(KALPC_MESSAGE.SIZE) + dataBytes;
  const message = allocatePool(bytes, tag(0x41, 0x6c, 0x4d, 0x73), PAGED, 0); // 'AlMs'
  const info = getField(port, ALPC_PORT.CommunicationInfo);
  const connection = getField(info, ALPC_COMMUNICATION_INFO.ConnectionPort);
  sent++;
  setField(message, KALPC_MESSAGE.PortQueue, connection);
  setField(message, KALPC_MESSAGE.OwnerPort, port);
  setField(message, KALPC_MESSAGE.WaitingThread, thread);
  setField(message, KALPC_MESSAGE.ServerThread, server);
  setField(message, KALPC_MESSAGE.u1_s1_QueueType, PENDING);
  setField(message, KALPC_MESSAGE.u1_s1_QueuePortType, OF_CONNECTION_PORT);
  setField(message, KALPC_MESSAGE.SequenceNo, getField(connection, ALPC_PORT.SequenceNo));
  setField(message, KALPC_MESSAGE.QuotaProcess, getField(thread, KTHREAD.Process));
  setField(message, KALPC_MESSAGE.CommunicationInfo, info);
  setField(message, KALPC_MESSAGE.ConnectionPort, connection);
  fillHeader(at(message, KALPC_MESSAGE.PortMessage), thread, dataBytes);
  insertTail(at(connection, ALPC_PORT.PendingQueue), at(message, KALPC_MESSAGE.Entry));
  addToField(connection, ALPC_PORT.PendingQueueLength, 1);
  addToField(connection, ALPC_PORT.SequenceNo, 1);
  setField(thread, ETHREAD.AlpcMessageId, sent * ID_STEP);
  setField(thread, ETHREAD.AlpcMessage, message);
  return message;
}

/** What user mode sees before the data. */
function fillHeader(header: u64, thread: u64, dataBytes: u32): void {
  const from = at(thread, ETHREAD.Cid);
  const id = at(header, PORT_MESSAGE.ClientId);
  setField(header, PORT_MESSAGE.u1_s1_DataLength, dataBytes);
  setField(header, PORT_MESSAGE.u1_s1_TotalLength, dataBytes + offsetOf(PORT_MESSAGE.SIZE));
  setField(header, PORT_MESSAGE.u2_s2_Type, REQUEST);
  setField(id, CLIENT_ID.UniqueProcess, getField(from, CLIENT_ID.UniqueProcess));
  setField(id, CLIENT_ID.UniqueThread, getField(from, CLIENT_ID.UniqueThread));
  setField(header, PORT_MESSAGE.MessageId, sent * ID_STEP);
  setField(header, PORT_MESSAGE.CallbackId, FIRST_CALLBACK + sent);
}
