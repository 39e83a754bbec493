import { wideText } from '../files/text.js';

/** Letters, digits, marks and blanks of any script, and what a font may show. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}\p{Co}]$/u;

export function isPrintable(character: string): boolean {
  return PRINTABLE.test(character);
}

/** UTF-16 as a console shows it: characters beyond ASCII become question marks, those that are none dots. */
export function wideShown(bytes: Uint8Array): string {
  const shown = (character: string) => {
    if (character === '\0' || (character >= ' ' && character <= '~')) return character;
    return character > '~' && isPrintable(character) ? '?' : '.';
  };
  return [...wideText(bytes)].map(shown).join('');
}
