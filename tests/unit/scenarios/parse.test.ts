import { describe, expect, it } from 'vitest';
import { parseScenario, ScenarioError } from '../../../sim/scenarios/load.js';
import { findScenario, scenarioNames } from '../../../sim/scenarios/scenario.js';

const scenario = (rest: string) => `{ "format": 1, "name": "mine", "title": "Mine"${rest} }`;

/** What is said of a text, one line for each mistake. */
function complaints(text: string): string[] {
  try {
    parseScenario(text, 'mine.jsonc');
  } catch (error) {
    expect(error).toBeInstanceOf(ScenarioError);
    return (error as Error).message.split('\n');
  }
  throw new Error('it was taken');
}

describe('a scenario', () => {
  it('may have comments and a trailing comma', () => {
    const read = parseScenario(
      `{
        // who needs a reason?
        "format": 1, "name": "mine", "title": "Mine", /* small */ "machine": "tiny",
        "steps": [{ "do": "run", "for": "90 s" },],
      }`,
      'mine.jsonc',
    );
    expect(read.machine).toBe('tiny');
    expect(read.steps).toEqual([{ do: 'run', for: '90 s' }]);
    expect(read.image).toBe('desktop');
  });

  it.each([
    ['nothing', '', /mine\.jsonc/],
    ['no JSON', '{ "format": ', /^mine\.jsonc:1:\d+: not JSON/],
    ['another format', '{ "format": 2, "name": "a", "title": "A" }', /:1:13: format: .*format 1/],
    ['no name', '{ "format": 1, "title": "A" }', /"name" is missing/],
    ['a name with spaces', '{ "format": 1, "name": "My lab", "title": "A" }', /:1:24: name: .*hyphens/],
    ['a field that is not there', scenario(', "colour": "blue"'), /there is no "colour"/],
    ['a machine that is not there', scenario(', "machine": "huge"'), /machine: .*tiny, classroom/],
    ['a step that is not there', scenario(', "steps": [{ "do": "dance" }]'), /steps\[0\].*"dance".*run/],
    ['a step without its time', scenario(', "steps": [{ "do": "run" }]'), /"for" is missing/],
    [
      'a time without a unit',
      scenario(', "steps": [{ "do": "run", "for": "90" }]'),
      /steps\[0\]\.for: .*15 min/,
    ],
    ['too many processors', scenario(', "processors": 65'), /processors: /],
    ['memory without a unit', scenario(', "memory": "8"'), /memory: .*8 GiB/],
  ])('with %s is refused with the place and what to do', (_, text, expected) => {
    expect(complaints(text).join('\n')).toMatch(expected);
  });

  it('is told all its mistakes at once', () => {
    expect(complaints(scenario(',\n "machine": "huge",\n "memory": 8'))).toHaveLength(2);
  });

  it('of the lab is one that its own schema takes', () => {
    for (const name of scenarioNames()) expect(findScenario(name).name).toBe(name);
  });
});
