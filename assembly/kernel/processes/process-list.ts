// Walking nt!PsActiveProcessHead, for those who show processes.
import { NT } from '../../generated/symbols';
import { EPROCESS } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, read64, removeEntry } from '../../memory/virtual';
import { addressOf } from '../symbols';

/** The process after `process` in nt!PsActiveProcessHead, the first one after 0; 0 at the end. */
export function processNext(process: u64): u64 {
  const head = addressOf(NT.PsActiveProcessHead);
  const links = process == 0 ? head : at(process, EPROCESS.ActiveProcessLinks);
  const next = read64(links);
  return next == head ? 0 : next - offsetOf(EPROCESS.ActiveProcessLinks);
}

/** Takes a process off nt!PsActiveProcessHead and leaves everything else of it as it is. */
export function processUnlink(process: u64): void {
  removeEntry(at(process, EPROCESS.ActiveProcessLinks));
}
