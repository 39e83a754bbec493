// ALPC ports: a connection's two ends and the port that was connected to lead to each other.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import { ALPC_COMMUNICATION_INFO, ALPC_PORT } from '../generated/types';
import { addressOf } from '../kernel/symbols';
import { offsetOf } from '../layout/fields';
import { expect, expectBetween, follow, holderOf } from './expect';
import { nextOn } from './lists';
import { mapped, value } from './memory';
import { broken, disagree, visit } from './report';

const CONNECTION_PORT: u64 = 1; // _ALPC_PORT.u1.s1.Type
const SERVER_PORT: u64 = 2;
const CLIENT_PORT: u64 = 3;

/** Checks every port on nt!AlpcpPortList. */
export function checkPorts(): void {
  const head = addressOf(NT.AlpcpPortList);
  const link = ALPC_PORT.PortListEntry;
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link))
    checkPort(holderOf(entry, link));
}

function checkPort(port: u64): void {
  const rule = Rule.ConnectionLeadsToItsPorts;
  const info = follow(port, ALPC_PORT.CommunicationInfo);
  if (info == 0) return;
  if (!expectBetween(rule, port, ALPC_PORT.u1_s1_Type, CONNECTION_PORT, CLIENT_PORT)) return;
  visit(Visited.Ports);
  const kind = value(port, ALPC_PORT.u1_s1_Type);
  if (kind == SERVER_PORT) expect(rule, info, ALPC_COMMUNICATION_INFO.ServerCommunicationPort, port);
  if (kind == CLIENT_PORT) expect(rule, info, ALPC_COMMUNICATION_INFO.ClientCommunicationPort, port);
  if (kind != CONNECTION_PORT) return;
  expect(rule, info, ALPC_COMMUNICATION_INFO.ConnectionPort, port);
  const head = info + offsetOf(ALPC_COMMUNICATION_INFO.CommunicationList);
  const link = ALPC_COMMUNICATION_INFO.CommunicationList;
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link)) {
    const connection = holderOf(entry, link);
    expect(rule, connection, ALPC_COMMUNICATION_INFO.ConnectionPort, port);
    checkEnd(connection, ALPC_COMMUNICATION_INFO.ServerCommunicationPort, SERVER_PORT);
    checkEnd(connection, ALPC_COMMUNICATION_INFO.ClientCommunicationPort, CLIENT_PORT);
  }
}

/** An end that is still there names its connection. */
function checkEnd(connection: u64, field: i32, kind: u64): void {
  const port = value(connection, field);
  if (port == 0 || broken()) return;
  if (!mapped(port)) {
    disagree(Rule.MemoryIsMapped, connection, field, 1, port);
    return;
  }
  expect(Rule.ConnectionLeadsToItsPorts, port, ALPC_PORT.CommunicationInfo, connection);
  expect(Rule.ConnectionLeadsToItsPorts, port, ALPC_PORT.u1_s1_Type, kind);
}
