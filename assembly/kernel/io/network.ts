// What the network adapter and the sockets count: NDIS's statistics of the miniport, and the bytes of each endpoint of AFD.
//
//   ndis!ndisMiniportList ─▶ LAB_MINIPORT_BLOCK (the adapter's device extension): NDIS_STATISTICS_INFO
//   \Device\Afd's extension: Endpoints ─▶ LAB_AFD_ENDPOINT ◀─ FILE_OBJECT.FsContext
import {
  DEVICE_OBJECT,
  FILE_OBJECT,
  LAB_AFD_ENDPOINT,
  LAB_AFD_EXTENSION,
  LAB_MINIPORT_BLOCK,
  NDIS_OBJECT_HEADER,
  NDIS_STATISTICS_INFO,
} from '../../generated/types';
import { exchangeBuffer, exchangeBytes } from '../../host-buffer';
import { offsetOf } from '../../layout/fields';
import {
  addToField,
  at,
  getField,
  initialiseList,
  insertTail,
  read64,
  removeEntry,
  setField,
  write64,
} from '../../memory/virtual';
import { allocatePool, freePool, NON_PAGED, tag } from '../pool/pool';

const OBJECT_DEFAULT: u32 = 0x80; // NDIS_OBJECT_TYPE_DEFAULT
const STATISTICS_REVISION: u32 = 1; // NDIS_STATISTICS_INFO_REVISION_1
/** NDIS_STATISTICS_FLAGS_VALID_* of ntddndis.h: directed frames, all bytes and directed bytes, received and sent. */
const SUPPORTED: u32 = 0x1 | 0x8 | 0x40 | 0x200 | 0x10000 | 0x80000;
const LINK_SPEED: u64 = 1_000_000_000; // bits a second
/** What goes before the data of a frame: Ethernet's header (14 bytes), IPv4's and TCP's without options (20 each). */
export const FRAME_HEADERS: u64 = 54;
/** A frame that acknowledges another one: the least that Ethernet sends. */
export const ACKNOWLEDGEMENT: u64 = 60;
const ROWS_AT: u32 = 24; // in the exchange buffer, after what the adapter says
const ROW_BYTES: u32 = 16;

let miniport: u64 = 0;
let sockets: u64 = 0;

/** The adapter's LAB_MINIPORT_BLOCK; 0 on a machine without one. */
export function networkMiniport(): u64 {
  return miniport;
}

/** The LAB_AFD_EXTENSION; 0 on a machine without sockets. */
export function networkSockets(): u64 {
  return sockets;
}

/**
 * Lets the adapter `device` and the sockets of `afd` (DEVICE_OBJECTs, 0 for none) count from now on; `list` is
 * ndis!ndisMiniportList. Their device extensions have room for it.
 */
export function initialiseNetwork(list: u64, device: u64, afd: u64): void {
  if (afd != 0) {
    sockets = getField(afd, DEVICE_OBJECT.DeviceExtension);
    initialiseList(at(sockets, LAB_AFD_EXTENSION.Endpoints));
  }
  if (device == 0) return;
  miniport = getField(device, DEVICE_OBJECT.DeviceExtension);
  setField(miniport, LAB_MINIPORT_BLOCK.DeviceObject, device);
  setField(miniport, LAB_MINIPORT_BLOCK.LinkSpeed, LINK_SPEED);
  const statistics = at(miniport, LAB_MINIPORT_BLOCK.Statistics);
  setField(statistics, NDIS_OBJECT_HEADER.Type, OBJECT_DEFAULT);
  setField(statistics, NDIS_OBJECT_HEADER.Revision, STATISTICS_REVISION);
  setField(statistics, NDIS_OBJECT_HEADER.Size, offsetOf(NDIS_STATISTICS_INFO.SIZE));
  setField(statistics, NDIS_STATISTICS_INFO.SupportedStatistics, SUPPORTED);
  write64(list, miniport);
}

/** Makes a file that was opened on AFD's device the socket of a process. */
export function openEndpoint(file: u64, process: u64): void {
  const endpoint = allocatePool(
    offsetOf(LAB_AFD_ENDPOINT.SIZE),
    tag(0x41, 0x66, 0x64, 0x45), // 'AfdE'
    NON_PAGED,
    0,
  );
  setField(endpoint, LAB_AFD_ENDPOINT.FileObject, file);
  setField(endpoint, LAB_AFD_ENDPOINT.Process, process);
  insertTail(at(sockets, LAB_AFD_EXTENSION.Endpoints), at(endpoint, LAB_AFD_ENDPOINT.Links));
  setField(file, FILE_OBJECT.FsContext, endpoint);
}

/** The LAB_AFD_ENDPOINT of a file object; 0 of one that is no socket. */
function endpointOf(file: u64): u64 {
  if (sockets == 0 || file == 0) return 0;
  const device = getField(file, FILE_OBJECT.DeviceObject);
  const isOfAfd = device != 0 && getField(device, DEVICE_OBJECT.DeviceExtension) == sockets;
  return isOfAfd ? getField(file, FILE_OBJECT.FsContext) : 0;
}

/** A file object goes: its socket, if it is one, is closed. */
export function closeEndpoint(file: u64): void {
  const endpoint = endpointOf(file);
  if (endpoint == 0) return;
  addToField(sockets, LAB_AFD_EXTENSION.ClosedBytes, getField(endpoint, LAB_AFD_ENDPOINT.BytesReceived));
  removeEntry(at(endpoint, LAB_AFD_ENDPOINT.Links));
  setField(file, FILE_OBJECT.FsContext, 0);
  freePool(endpoint);
}

/**
 * Counts that `bytes` bytes in `frames` frames have come for a file, if that is a socket: through the adapter, which has
 * sent an acknowledgement of each. Returns whether it is one.
 */
export function countReceived(file: u64, frames: u64, bytes: u64): bool {
  const endpoint = endpointOf(file);
  if (endpoint == 0) return false;
  addToField(endpoint, LAB_AFD_ENDPOINT.BytesReceived, bytes);
  if (miniport == 0) return true;
  const statistics = at(miniport, LAB_MINIPORT_BLOCK.Statistics);
  const octets = bytes + frames * FRAME_HEADERS;
  addToField(statistics, NDIS_STATISTICS_INFO.ifHCInUcastPkts, frames);
  addToField(statistics, NDIS_STATISTICS_INFO.ifHCInUcastOctets, octets);
  addToField(statistics, NDIS_STATISTICS_INFO.ifHCInOctets, octets);
  const sent = frames * ACKNOWLEDGEMENT;
  addToField(statistics, NDIS_STATISTICS_INFO.ifHCOutUcastPkts, frames);
  addToField(statistics, NDIS_STATISTICS_INFO.ifHCOutUcastOctets, sent);
  addToField(statistics, NDIS_STATISTICS_INFO.ifHCOutOctets, sent);
  return true;
}

/**
 * Reads the adapter and the sockets to the exchange buffer as u64: bytes received and sent by the adapter, its link's bits
 * a second (0 without one), then for each socket its EPROCESS and the bytes it has received. Returns how many sockets.
 */
export function readNetwork(): i32 {
  const target = exchangeBuffer();
  memory.fill(target, 0, ROWS_AT);
  if (miniport != 0) {
    const statistics = at(miniport, LAB_MINIPORT_BLOCK.Statistics);
    store<u64>(target, getField(statistics, NDIS_STATISTICS_INFO.ifHCInOctets));
    store<u64>(target, getField(statistics, NDIS_STATISTICS_INFO.ifHCOutOctets), 8);
    store<u64>(target, getField(miniport, LAB_MINIPORT_BLOCK.LinkSpeed), 16);
  }
  if (sockets == 0) return 0;
  const room = i32((exchangeBytes() - ROWS_AT) / ROW_BYTES);
  const head = at(sockets, LAB_AFD_EXTENSION.Endpoints);
  let count = 0;
  for (let entry = read64(head); entry != head && count < room; entry = read64(entry)) {
    const endpoint = entry - offsetOf(LAB_AFD_ENDPOINT.Links);
    const row = target + ROWS_AT + usize(count) * ROW_BYTES;
    store<u64>(row, getField(endpoint, LAB_AFD_ENDPOINT.Process));
    store<u64>(row, getField(endpoint, LAB_AFD_ENDPOINT.BytesReceived), 8);
    count++;
  }
  return count;
}
