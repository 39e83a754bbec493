import { hex } from '../../format/numbers.js';
import { objectByPath, objectsOfType, objectTypeNamed } from '../../kernel/objects.js';
import type { Session } from '../../session.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd, refuse, refuseFlags } from '../refuse.js';
import { OBJECT_FLAG, objectText, tryObject } from './object-text.js';

const DEFAULT_FLAGS = OBJECT_FLAG.name | OBJECT_FLAG.contents;
const KNOWN_FLAGS = DEFAULT_FLAGS | OBJECT_FLAG.optionalHeaders | OBJECT_FLAG.fullPath;

/** `!object`: an object by address or path, or all of a type. */
export const object: Command = {
  names: ['!object'],
  run({ session, print }, args) {
    const given = args.trim();
    if (/^[-/]/.test(given))
      refuse('!object', given === '-p' ? '-p, private namespaces,' : `Option ${given}`);
    if (given.startsWith('\\')) {
      const at = objectByPath(session, given);
      if (at === undefined) throw new CommandError(`Object ${given} not found\n`);
      return print(oneText(session, at, DEFAULT_FLAGS));
    }
    const rest = new Arguments(session, given);
    const at = rest.value();
    if (at === 0n && !rest.ended) return print(allText(session, rest.rest));
    const flags = Number(rest.optionalValue() ?? BigInt(DEFAULT_FLAGS));
    expectEnd('!object', rest);
    refuseFlags('!object', flags, KNOWN_FLAGS);
    print(oneText(session, at, flags));
  },
};

function oneText(session: Session, at: bigint, flags: number): string {
  const found = tryObject(session, at);
  if (!found?.typeName) throw new CommandError(`${hex(at, 16)}: Not a valid object (ObjectType invalid)\n`);
  return objectText(session, found, flags);
}

/** Where WinDbg follows the lists of a type, which only a system with an object debugging flag keeps, pool is searched. */
function allText(session: Session, name: string): string {
  const type = objectTypeNamed(session, name);
  if (!type) throw new CommandError(`There is no type of objects that is called ${name}.\n`);
  const texts = [...objectsOfType(session, type)].map((found) =>
    objectText(session, found, OBJECT_FLAG.name),
  );
  return `${texts.join('')}\n${texts.length} objects of type ${type.unicode('Name')}\n`;
}
