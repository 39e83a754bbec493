import type { Kernel } from '../machine/machine.js';
import { hex, type Address } from './address.js';

/** What a process has open. */
export interface TruthHandles {
  /** HANDLE_TABLE. */
  table: Address;
  count: number;
  /** By object type, handles as `0x4 0xffffa90c12345680 0x1f0003`: value, object's body, access. */
  open: Record<string, string[]>;
}

const ROW_BYTES = 24; // u64 object, u32 handle, access, attributes, type
const STEP = 4;

/** The handles of a process, from the ledger that is kept of what was opened and closed. */
export function truthOfHandles({ core, typeIndex }: Kernel, process: bigint): TruthHandles {
  const { exports } = core;
  const table = exports.handleTable(process);
  const names = new Map([...typeIndex].map(([name, index]) => [index, name]));
  const open: Record<string, string[]> = {};
  if (table === 0n) return { table: hex(table), count: 0, open };
  const most = Math.floor(exports.exchangeBytes() / ROW_BYTES);
  let count = 0;
  for (let from = 0, rows = most; rows === most;) {
    rows = exports.handleList(table, from);
    const { exchange } = core;
    for (let row = 0; row < rows; row++) {
      const at = row * ROW_BYTES;
      const value = exchange.getUint32(at + 8, true);
      const type = names.get(exchange.getUint32(at + 20, true))!;
      const access = exchange.getUint32(at + 12, true);
      (open[type] ??= []).push(
        `0x${value.toString(16)} ${hex(exchange.getBigUint64(at, true))} 0x${access.toString(16)}`,
      );
      from = value + STEP;
    }
    count += rows;
  }
  return { table: hex(table), count, open };
}
