// Objects that were deleted, for those who keep a record of what is on the machine: told once, in their order.
import { exchangeBuffer, exchangeBytes } from '../../host-buffer';

let gone = new Array<u64>();
let told: i32 = 0;

/** Notes that the object at `body` is no more. */
export function noteGone(body: u64): void {
  gone.push(body);
}

/** Lists bodies of deleted objects that were not listed before in the exchange buffer as u64; returns how many. */
export function listGone(): u32 {
  const most = i32(exchangeBytes() >> 3);
  const rows = min(gone.length - told, most);
  for (let i = 0; i < rows; i++) store<u64>(exchangeBuffer() + (usize(i) << 3), gone[told + i]);
  told += rows;
  if (told == gone.length) {
    gone = new Array<u64>();
    told = 0;
  }
  return u32(rows);
}
