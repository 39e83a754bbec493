import { readPointer } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { fieldOf, type Field } from '../../types/type.js';
import { collection, DxError, numbered, object, text, type DxHost, type DxValue } from './model.js';
import { keyOf } from './queries.js';

/** A list of a damaged dump must end. */
const MOST_ENTRIES = 0x10000;

/** `Debugger.Utility`: what turns lists and commands' answers into collections. */
export function utilities(session: Session, { capture }: DxHost): DxValue {
  return object('', {
    Collections: () =>
      object('', {
        FromListEntry: () => ({
          kind: 'method',
          text: 'FromListEntry(ListEntry, TypeName, FieldExpression) - The structures on a list',
          call: (values) => fromListEntry(session, values),
        }),
      }),
    Control: () =>
      object('', {
        ExecuteCommand: () => ({
          kind: 'method',
          text: 'ExecuteCommand(Command) - The lines that a command prints',
          call: ([command]) => {
            if (command?.kind !== 'text') throw new DxError('A command is needed here');
            const lines = capture(command.value).replace(/\n$/, '').split('\n');
            return collection(() => numbered(lines.map(text)));
          },
        }),
      }),
  });
}

/** The structures that a LIST_ENTRY's links lead through, without the head itself. */
function fromListEntry(session: Session, values: readonly DxValue[]): DxValue {
  const [head, name, path] = values;
  if (head === undefined || name?.kind !== 'text' || path?.kind !== 'text')
    throw new DxError("Invalid number of arguments to method 'FromListEntry'");
  const start =
    head.kind === 'typed' && head.value.address !== undefined ? head.value.address : keyOf(session, head);
  const owner = session.type(name.value);
  if (owner?.kind !== 'struct') throw new DxError(`Unable to find type '${name.value}'`);
  let offset = 0;
  let type: typeof owner | undefined = owner;
  for (const part of path.value.split('.')) {
    const field: Field | undefined = type && fieldOf(type, part);
    if (!field) throw new DxError(`Unable to bind name '${part}'`);
    offset += field.offset;
    type = field.type.kind === 'struct' ? field.type : undefined;
  }
  return collection(() => numbered(structures()));

  function* structures(): Iterable<DxValue> {
    const seen = new Set<bigint>([start]);
    for (let at = readPointer(session.memory, start); !seen.has(at); at = readPointer(session.memory, at)) {
      if (at === 0n || seen.size > MOST_ENTRIES) return;
      seen.add(at);
      yield { kind: 'typed', value: { type: owner!, address: BigInt.asUintN(64, at - BigInt(offset)) } };
    }
  }
}
