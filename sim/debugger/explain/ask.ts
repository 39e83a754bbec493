import type { Session } from '../session.js';
import { evaluateMasm } from '../expressions/masm.js';
import { explain, explainPhysical } from './explain.js';
import type { Explanation } from './explanation.js';

export interface Answer extends Explanation {
  isPhysical: boolean;
}

/** What asks for a physical address, as in displays of memory. */
const PHYSICAL = /^\s*\/p(?=\s)/i;

/**
 * Explains the address that an expression leads to; behind `/p` it is a physical one.
 * @throws what the expression throws, OtherTargetError for a physical address of a process's dump
 */
export function ask(session: Session, text: string): Answer {
  const isPhysical = PHYSICAL.test(text);
  const address = BigInt.asUintN(64, evaluateMasm(text.replace(PHYSICAL, '').trim(), session));
  const answer = isPhysical ? explainPhysical(session, address) : explain(session, address);
  return { ...answer, isPhysical };
}
