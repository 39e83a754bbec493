import {
  findNodeAtLocation,
  parseTree,
  printParseErrorCode,
  getNodeValue,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import * as v from 'valibot';
import { scenarioSchema, type Scenario } from './schema.js';

/** A scenario that cannot be used; the message says where in its text and what to do. */
export class ScenarioError extends RangeError {
  override name = 'ScenarioError';
}

/**
 * Reads a scenario: JSON, with comments and trailing commas allowed.
 * @param source how messages call the text: a file name
 * @throws ScenarioError with every mistake, each with its line and column
 */
export function parseScenario(text: string, source: string): Scenario {
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  const where = (offset: number) => {
    const before = text.slice(0, offset).split('\n');
    return `${source}:${before.length}:${before.at(-1)!.length + 1}`;
  };
  if (errors.length > 0 || !tree)
    throw new ScenarioError(
      errors.length === 0
        ? `${source} is empty. A scenario is a JSON object; see "livedump-lab scenarios --help".`
        : errors
            .map(({ error, offset }) => `${where(offset)}: not JSON: ${printParseErrorCode(error)}.`)
            .join('\n'),
    );
  const result = v.safeParse(scenarioSchema, getNodeValue(tree));
  if (result.success) return result.output;
  throw new ScenarioError(
    result.issues
      .map((issue) => {
        const path = (issue.path ?? []).map(({ key }) => key as string | number);
        return `${where(nodeAt(tree, path).offset)}: ${pathText(path)}${sentence(issue, path)}`;
      })
      .join('\n'),
  );
}

/** The node at a path, or the nearest above it: what is missing has no place of its own. */
function nodeAt(tree: Node, path: readonly (string | number)[]): Node {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(tree, path.slice(0, length));
    if (node) return node;
  }
  return tree;
}

function pathText(path: readonly (string | number)[]): string {
  return path.length === 0
    ? ''
    : `${path
        .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
        .join('')
        .replace(/^\./, '')}: `;
}

function sentence(issue: v.BaseIssue<unknown>, path: readonly (string | number)[]): string {
  const last = path.at(-1);
  if (issue.type === 'strict_object' && issue.expected === 'never')
    return `there is no "${String(last)}" here.`;
  if (issue.type === 'strict_object' && issue.received === 'undefined')
    return `"${String(last)}" is missing.`;
  return issue.message;
}
