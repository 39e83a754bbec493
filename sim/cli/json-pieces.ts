const INDENT = '  ';

/**
 * JSON of an object as `JSON.stringify(object, undefined, 2)` writes it, in pieces: a member, or an element of a
 * member's list, at a time. A truth is tens of megabytes, which a single string would take several times over.
 */
export function* jsonPieces(object: object): Generator<string> {
  let before = '{\n';
  for (const [key, member] of Object.entries(object) as [string, unknown][]) {
    if (member === undefined) continue;
    yield `${before}${INDENT}${JSON.stringify(key)}: `;
    if (Array.isArray(member) && member.length > 0) yield* listPieces(member);
    else yield indented(member, INDENT);
    before = ',\n';
  }
  yield before === '{\n' ? '{}' : '\n}';
}

function* listPieces(list: readonly unknown[]): Generator<string> {
  const indent = INDENT.repeat(2);
  let before = '[\n';
  for (const element of list) {
    yield `${before}${indent}${indented(element, indent)}`;
    before = ',\n';
  }
  yield `\n${INDENT}]`;
}

/** A value's JSON within lines that begin with `indent`. */
function indented(value: unknown, indent: string): string {
  return (JSON.stringify(value ?? null, undefined, INDENT) ?? 'null').replaceAll('\n', `\n${indent}`);
}
