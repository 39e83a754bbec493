// One field wrong at a time: the check must say which, and be content again when it is put right.
import { describe, expect, it } from 'vitest';
import mutations from './mutations.json';
import type { SizeName } from '../../../sim/machine/size.js';
import { Subject } from './subject.js';

interface Mutation {
  /** Scenario of the machine; the baseline when there is none. */
  scenario?: string;
  /** Its size; tiny where nothing is said. */
  machine?: SizeName;
  /** The field, by a path that {@link Subject.find} understands. */
  change: string;
  to: string;
  /** The rule that must say so. */
  breaks: string;
  /** The disagreement is seen at another address: where what the field says is counted or followed. */
  elsewhere?: boolean;
}

const subjects = new Map<string, Subject>();
const subjectOf = ({ machine = 'tiny', scenario = 'baseline' }: Mutation) => `${scenario} on ${machine}`;
for (const mutation of mutations as Mutation[]) {
  const { machine = 'tiny', scenario = 'baseline' } = mutation;
  if (!subjects.has(subjectOf(mutation)))
    subjects.set(subjectOf(mutation), await Subject.boot(1, { machine, scenario }));
}

describe('the check of a machine', () => {
  it.each([...subjects])('finds nothing in %s before anything is changed', (_, { machine }) => {
    expect(machine.check()).toMatchObject({ ok: true });
  });

  it.each(mutations as Mutation[])('%# finds $change', (mutation) => {
    const { change, to, breaks, elsewhere } = mutation;
    const subject = subjects.get(subjectOf(mutation))!;
    const place = subject.find(change);
    const before = subject.get(place);
    subject.set(place, subject.changed(place, to));
    const found = subject.machine.check();
    subject.set(place, before);
    expect(subject.machine.check(), 'when it is put right').toMatchObject({ ok: true });
    if (found.ok) throw new Error('it finds nothing');
    expect(found.rule, found.message).toBe(breaks);
    if (!elsewhere) expect(found.address, found.message).toBe(place.address);
  });

  it('has enough to find', () => {
    expect(mutations.length).toBeGreaterThanOrEqual(100);
    expect(
      new Set((mutations as Mutation[]).map((each) => `${subjectOf(each)} ${each.change} ${each.to}`)).size,
    ).toBe(mutations.length);
  });
});
