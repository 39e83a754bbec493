// Mutants that threads own: each is on the list of its owner, and nobody else can have it.
import { Rule, Visited } from '../generated/rules';
import { DISPATCHER_HEADER, KMUTANT, KTHREAD } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { expect, holderOf } from './expect';
import { nextOn } from './lists';
import { value } from './memory';
import { broken, disagree, visit } from './report';

const MUTANT: u64 = 2; // _KOBJECTS.MutantObject
const TYPE_MASK: u64 = 0x7f; // the highest bit of a header's Type is its lock

/** Checks what is on a thread's list of mutants. */
export function checkMutants(thread: u64): void {
  const head = thread + offsetOf(KTHREAD.MutantListHead);
  const link = KMUTANT.MutantListEntry;
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link)) {
    const mutant = holderOf(entry, link);
    const type = value(mutant, DISPATCHER_HEADER.Type) & TYPE_MASK;
    if (broken()) return;
    if (type != MUTANT) {
      disagree(Rule.MutantIsItsOwners, mutant, DISPATCHER_HEADER.Type, MUTANT, type);
      return;
    }
    expect(Rule.MutantIsItsOwners, mutant, KMUTANT.OwnerThread, thread);
    const state = i32(value(mutant, DISPATCHER_HEADER.SignalState));
    if (state > 0) disagree(Rule.MutantIsItsOwners, mutant, DISPATCHER_HEADER.SignalState, 0, state);
    visit(Visited.Mutants);
  }
}
