// The sentences that rules are made of.
import { Rule } from '../generated/rules';
import { offsetOf } from '../layout/fields';
import { mapped, value } from './memory';
import { broken, disagree } from './report';

/** The field must have a value. */
export function expect(rule: Rule, structure: u64, field: i32, expected: u64): bool {
  const found = value(structure, field);
  if (found != expected) disagree(rule, structure, field, expected, found);
  return !broken();
}

/** The field must lie between two values, both included; the report's expected value is the nearer of them. */
export function expectBetween(rule: Rule, structure: u64, field: i32, low: u64, high: u64): bool {
  const found = value(structure, field);
  if (found < low) disagree(rule, structure, field, low, found);
  else if (found > high) disagree(rule, structure, field, high, found);
  return !broken();
}

/** A pointer in a field to something mapped. Returns it; 0, and a finding, when it leads nowhere. */
export function follow(structure: u64, field: i32): u64 {
  const pointer = value(structure, field);
  if (!broken() && !mapped(pointer)) disagree(Rule.MemoryIsMapped, structure, field, 1, pointer);
  return broken() ? 0 : pointer;
}

/** The structure that holds the member at an address. */
export function holderOf(member: u64, field: i32): u64 {
  return member - offsetOf(field);
}
