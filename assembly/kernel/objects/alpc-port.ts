// ALPC ports: a server's connection port, and for each client a pair of communication ports bound to each other.
//
//   connection port ── CommunicationInfo ◀── CommunicationList ──▶ info of each connection
//                                              │ ConnectionPort, ServerCommunicationPort, ClientCommunicationPort
import { ALPC_COMMUNICATION_INFO, ALPC_PORT, ALPC_PORT_ATTRIBUTES, EPROCESS } from '../../generated/types';
import { NT } from '../../generated/symbols';
import { exchangeBuffer } from '../../host-buffer';
import { offsetOf } from '../../layout/fields';
import { at, getField, initialiseList, insertTail, setField } from '../../memory/virtual';
import { allocatePool, PAGED, tag } from '../pool/pool';
import { addressOf } from '../symbols';
import { createNamedObject } from './named-object';
import { createObject, referenceObject, setCreator } from './object';
import { openHandle } from './handles';
import { isTypeNonPaged, typeBodyBytes, typePoolTag } from './object-type';

/** _ALPC_PORT.u1.s1.Type. */
export const CONNECTION_PORT: u32 = 1;
const SERVER_PORT: u32 = 2;
export const CLIENT_PORT: u32 = 3;

const PORT_ACCESS: u32 = 0x1f0001; // PORT_ALL_ACCESS
const MESSAGE_BYTES: u32 = 0x1000;
const POOL_BYTES: u32 = 0x4000;

let portType: u32 = 0;

/** Tells the index of object type ALPC Port. To be called before the first port. */
export function initialisePorts(typeIndex: u32): void {
  portType = typeIndex;
  initialiseList(addressOf(NT.AlpcpPortList));
}

/** Index of object type ALPC Port. */
export function portTypeIndex(): u32 {
  return portType;
}

function fillPort(port: u64, process: u64, kind: u32, info: u64): void {
  setField(port, ALPC_PORT.CommunicationInfo, info);
  setField(port, ALPC_PORT.OwnerProcess, process);
  initialiseList(at(port, ALPC_PORT.MainQueue));
  initialiseList(at(port, ALPC_PORT.LargeMessageQueue));
  initialiseList(at(port, ALPC_PORT.PendingQueue));
  initialiseList(at(port, ALPC_PORT.DirectQueue));
  initialiseList(at(port, ALPC_PORT.WaitQueue));
  initialiseList(at(port, ALPC_PORT.ResourceListHead));
  initialiseList(at(port, ALPC_PORT.CanceledQueue));
  const attributes = at(port, ALPC_PORT.PortAttributes);
  setField(attributes, ALPC_PORT_ATTRIBUTES.MaxMessageLength, MESSAGE_BYTES);
  setField(attributes, ALPC_PORT_ATTRIBUTES.MaxPoolUsage, POOL_BYTES);
  setField(port, ALPC_PORT.u1_s1_Initialized, 1);
  setField(port, ALPC_PORT.u1_s1_Type, kind);
  setField(port, ALPC_PORT.SequenceNo, 1);
  insertTail(addressOf(NT.AlpcpPortList), at(port, ALPC_PORT.PortListEntry));
}

function newInfo(connection: u64): u64 {
  const bytes = offsetOf(ALPC_COMMUNICATION_INFO.SIZE);
  const info = allocatePool(bytes, tag(0x41, 0x6c, 0x49, 0x6e), PAGED, 0); // 'AlIn'
  setField(info, ALPC_COMMUNICATION_INFO.ConnectionPort, connection);
  initialiseList(at(info, ALPC_COMMUNICATION_INFO.CommunicationList));
  return info;
}

/** Creates a connection port of a process; the exchange buffer holds its name, `nameBytes` of UTF-16 text. */
export function createConnectionPort(directory: u64, nameBytes: u32, process: u64): u64 {
  const port = createNamedObject(
    directory,
    exchangeBuffer(),
    nameBytes,
    portType,
    typeBodyBytes(portType),
    typePoolTag(portType),
    isTypeNonPaged(portType),
    false,
  );
  fillPort(port, process, CONNECTION_PORT, newInfo(port));
  referenceObject(port, -1); // its directory's is left, until its server has it open
  return port;
}

function newPort(process: u64, kind: u32, info: u64): u64 {
  const bytes = typeBodyBytes(portType);
  const port = createObject(portType, bytes, typePoolTag(portType), isTypeNonPaged(portType));
  fillPort(port, process, kind, info);
  return port;
}

/** A connection port without a name. */
export function createPort(process: u64): u64 {
  const port = newPort(process, CONNECTION_PORT, 0);
  setField(port, ALPC_PORT.CommunicationInfo, newInfo(port));
  return port;
}

/**
 * Connects a process to a server's connection port. The server gets a handle to its end; returns the client's port,
 * which is still to be opened. Both ends and every connection refer to what they need.
 */
export function connectPort(connection: u64, client: u64): u64 {
  const server = getField(connection, ALPC_PORT.OwnerProcess);
  const info = newInfo(connection);
  const serverPort = newPort(server, SERVER_PORT, info);
  const clientPort = newPort(client, CLIENT_PORT, info);
  setField(info, ALPC_COMMUNICATION_INFO.ServerCommunicationPort, serverPort);
  setField(info, ALPC_COMMUNICATION_INFO.ClientCommunicationPort, clientPort);
  insertTail(
    at(getField(connection, ALPC_PORT.CommunicationInfo), ALPC_COMMUNICATION_INFO.CommunicationList),
    at(info, ALPC_COMMUNICATION_INFO.CommunicationList),
  );
  referenceObject(connection, 1);
  openHandle(getField(server, EPROCESS.ObjectTable), serverPort, PORT_ACCESS, 0);
  referenceObject(serverPort, -1);
  return clientPort;
}

/** Connects a process likewise, and opens its port for it; returns the port. */
export function openConnection(connection: u64, client: u64): u64 {
  setCreator(getField(client, EPROCESS.UniqueProcessId));
  const port = connectPort(connection, client);
  openHandle(getField(client, EPROCESS.ObjectTable), port, PORT_ACCESS, 0);
  referenceObject(port, -1);
  return port;
}
