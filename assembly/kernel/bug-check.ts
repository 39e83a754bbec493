// The end of everything: KeBugCheckEx leaves its code and parameters in nt!KiBugCheckData, where debuggers look.
import { NT } from '../generated/symbols';
import { read64, write64 } from '../memory/virtual';
import { addressOf } from './symbols';

const PARAMETERS: i32 = 4;

/** Notes a bug check. Who calls it sees to it that nothing goes on afterwards. */
export function noteBugCheck(code: u64, first: u64, second: u64, third: u64, fourth: u64): void {
  write64(wordAt(0), code);
  write64(wordAt(1), first);
  write64(wordAt(2), second);
  write64(wordAt(3), third);
  write64(wordAt(4), fourth);
}

/** The code (0) and the parameters (1 to 4) of the bug check; the code is 0 while the machine runs. */
export function bugCheckData(index: i32): u64 {
  assert(index >= 0 && index <= PARAMETERS);
  return read64(wordAt(index));
}

/** Address of an element of the variable, an array of ULONG_PTR. */
function wordAt(index: i32): u64 {
  return addressOf(NT.KiBugCheckData) + u64(index) * sizeof<u64>();
}
