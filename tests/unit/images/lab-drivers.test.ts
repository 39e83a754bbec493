import { describe, expect, it } from 'vitest';
import { labDriver, labDriverNames } from '../../../sim/images/lab-drivers/index.js';

describe.each(labDriverNames)('source of %s', (name) => {
  const { source, functions, types } = labDriver(name);
  const line = (number: number) => source!.lines[number - 1] ?? '';
  const debugged = functions.filter((spec) => spec.source);

  it.each(debugged.map((spec) => [spec.name, spec] as const))('%s is where it says', (own, spec) => {
    const { opens, closes, calls, parameters = [], locals = [] } = spec.source!;
    expect(line(opens)).toBe('{');
    expect(line(closes)).toBe('}');
    const head = line(opens - 1);
    expect(head).toContain(`${own}(`);
    const taken = head.slice(head.indexOf('(') + 1, head.lastIndexOf(')')).split(',');
    expect(taken.map((text) => /(\w+)$/.exec(text)![1])).toEqual(
      parameters.map((parameter) => parameter.name),
    );
    const body = source!.lines.slice(opens, closes - 1).join('\n');
    for (const local of locals) expect(body).toMatch(new RegExp(`^ +[A-Z0-9_]+ ${local.name}\\b`, 'm'));
    expect(calls).toHaveLength(spec.calls!.length);
    calls.forEach((number, index) => {
      expect(number > opens && number < closes).toBe(true);
      const { to, via } = spec.calls![index]!;
      if (via === 'load') expect(line(number)).toMatch(/= \*\w+->\w+;/);
      else expect(line(number)).toContain(`${to!.replace(/^.*!/, '')}(`);
    });
  });

  it('declares the fields of its own structures in their order', () => {
    for (const [type, { fields }] of Object.entries(types!.own)) {
      const start = source!.lines.findIndex((text) => text.includes(`struct ${type} {`)) + 1;
      const end = source!.lines.findIndex((text, index) => index > start && text.startsWith('}'));
      const declared = source!.lines.slice(start, end).map((text) => /(\w+);/.exec(text)![1]);
      expect(declared).toEqual(Object.keys(fields));
    }
  });
});
