import type { Session } from '../../session.js';
import { boolean, DxError, number, text, type DxValue } from './model.js';
import { keyOf } from './queries.js';

/** What a method of a text makes of it. @throws DxError for one that is none, and for arguments that do not fit */
export function callOfText(
  session: Session,
  value: string,
  name: string,
  given: readonly DxValue[],
): DxValue {
  const textAt = (index: number): string => {
    const argument = given[index];
    if (argument?.kind === 'text') return argument.value;
    throw new DxError(`Invalid number of arguments to method '${name}'`);
  };
  const placeAt = (index: number, most: number): number => {
    const argument = given[index];
    if (!argument) throw new DxError(`Invalid number of arguments to method '${name}'`);
    const place = keyOf(session, argument);
    if (place < 0n || place > BigInt(most))
      throw new DxError(`Index out of range in call to method '${name}'`);
    return Number(place);
  };
  /** As many characters as are asked for; without it, all behind the place. */
  const countFrom = (start: number): number =>
    given.length > 1 ? placeAt(1, value.length - start) : value.length - start;
  switch (name) {
    case 'Contains':
      return boolean(value.includes(textAt(0)));
    case 'StartsWith':
      return boolean(value.startsWith(textAt(0)));
    case 'EndsWith':
      return boolean(value.endsWith(textAt(0)));
    case 'ToLower':
      return text(value.toLowerCase());
    case 'ToUpper':
      return text(value.toUpperCase());
    case 'IndexOf':
      return number(value.indexOf(textAt(0)), false);
    case 'LastIndexOf':
      return number(value.lastIndexOf(textAt(0)), false);
    case 'Replace':
      return text(value.replaceAll(textAt(0), () => textAt(1)));
    case 'Substring': {
      const start = placeAt(0, value.length);
      return text(value.slice(start, start + countFrom(start)));
    }
    case 'Remove': {
      const start = placeAt(0, value.length);
      return text(value.slice(0, start) + value.slice(start + countFrom(start)));
    }
    default:
      throw new DxError(`Unable to bind name '${name}'`);
  }
}
