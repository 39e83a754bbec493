// The network adapter and the sockets: what the sockets have received has come through the adapter, in frames.
import { Rule } from '../generated/rules';
import {
  FILE_OBJECT,
  LAB_AFD_ENDPOINT,
  LAB_AFD_EXTENSION,
  LAB_MINIPORT_BLOCK,
  NDIS_STATISTICS_INFO,
} from '../generated/types';
import { ACKNOWLEDGEMENT, FRAME_HEADERS, networkMiniport, networkSockets } from '../kernel/io/network';
import { offsetOf } from '../layout/fields';
import { expect, follow, holderOf } from './expect';
import { nextOn } from './lists';
import { value } from './memory';
import { broken } from './report';

/** Checks all sockets, and what the adapter has counted. */
export function checkNetwork(): void {
  const sockets = networkSockets();
  if (sockets == 0) return;
  const received = checkSockets(sockets) + value(sockets, LAB_AFD_EXTENSION.ClosedBytes);
  const miniport = networkMiniport();
  if (miniport == 0 || broken()) return;
  const statistics = miniport + offsetOf(LAB_MINIPORT_BLOCK.Statistics);
  const frames = value(statistics, NDIS_STATISTICS_INFO.ifHCInUcastPkts);
  const octets = received + frames * FRAME_HEADERS;
  expect(Rule.NetworkAddsUp, statistics, NDIS_STATISTICS_INFO.ifHCInUcastOctets, octets);
  expect(Rule.NetworkAddsUp, statistics, NDIS_STATISTICS_INFO.ifHCInOctets, octets);
  expect(Rule.NetworkAddsUp, statistics, NDIS_STATISTICS_INFO.ifHCOutUcastPkts, frames);
  const sent = frames * ACKNOWLEDGEMENT;
  expect(Rule.NetworkAddsUp, statistics, NDIS_STATISTICS_INFO.ifHCOutUcastOctets, sent);
  expect(Rule.NetworkAddsUp, statistics, NDIS_STATISTICS_INFO.ifHCOutOctets, sent);
}

/** Each socket is a file's, and that of a process. Returns the bytes that all have received. */
function checkSockets(sockets: u64): u64 {
  const link = LAB_AFD_ENDPOINT.Links;
  const head = sockets + offsetOf(LAB_AFD_EXTENSION.Endpoints);
  let received: u64 = 0;
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link)) {
    const endpoint = holderOf(entry, link);
    const file = follow(endpoint, LAB_AFD_ENDPOINT.FileObject);
    if (file != 0) expect(Rule.EndpointHasFile, file, FILE_OBJECT.FsContext, endpoint);
    const process = follow(endpoint, LAB_AFD_ENDPOINT.Process);
    if (process == 0 || broken()) return 0;
    received += value(endpoint, LAB_AFD_ENDPOINT.BytesReceived);
  }
  return received;
}
