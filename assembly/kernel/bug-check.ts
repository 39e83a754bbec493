// The end of everything: KeBugCheckEx leaves its code and parameters in nt!KiBugCheckData, where debuggers look.
import { NT } from '../generated/symbols';
import { read64, write64 } from '../memory/virtual';
import { addressOf } from './symbols';

const PARAMETERS: i32 = 4;

/** Notes a bug check. Who calls it sees to it that nothing goes on afterwards. */
export function noteBugCheck(code: u64, first: u64, second: u64, third: u64, fourth: u64): void {
  const data = addressOf(NT.KiBugCheckData);
  write64(data, code);
  write64(data + 8, first);
  write64(data + 16, second);
  write64(data + 24, third);
  write64(data + 32, fourth);
}

/** The code (0) and the parameters (1 to 4) of the bug check; the code is 0 while the machine runs. */
export function bugCheckData(index: i32): u64 {
  assert(index >= 0 && index <= PARAMETERS);
  return read64(addressOf(NT.KiBugCheckData) + (u64(index) << 3));
}
