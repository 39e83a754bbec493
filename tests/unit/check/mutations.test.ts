// One field wrong at a time: the check must say which, and be content again when it is put right.
import { describe, expect, it } from 'vitest';
import mutations from './mutations.json';
import { Subject } from './subject.js';

interface Mutation {
  /** The field, by a path that {@link Subject.find} understands. */
  change: string;
  to: string;
  /** The rule that must say so. */
  breaks: string;
  /** The disagreement is seen at another address: where what the field says is counted or followed. */
  elsewhere?: boolean;
}

const subject = await Subject.boot();

describe('the check of a machine', () => {
  it('finds nothing before anything is changed', () => {
    expect(subject.machine.check()).toMatchObject({ ok: true });
  });

  it.each(mutations as Mutation[])('%# finds $change', ({ change, to, breaks, elsewhere }) => {
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
    expect(new Set(mutations.map(({ change, to }) => `${change} ${to}`)).size).toBe(mutations.length);
  });
});
