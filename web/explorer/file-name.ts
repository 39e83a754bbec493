/** Rules that Windows has for names of files. */

const FORBIDDEN = /[\\/:*?"<>|]/;
const CONTROLS_END = 0x20;
const DEVICES = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;
const LONGEST = 255;

/** Why a file cannot have a name. */
export type NameFault = 'empty' | 'characters' | 'device' | 'long' | 'exists';

/** What Windows makes of what was typed: names do not end in spaces or dots, nor begin with spaces. */
export function cleanName(typed: string): string {
  return typed.replace(/^ +|[ .]+$/g, '');
}

/** @param others Names of the other files in the folder. @returns null for a good name. */
export function faultOf(name: string, others: readonly string[]): NameFault | null {
  if (name === '') return 'empty';
  if (FORBIDDEN.test(name) || [...name].some((char) => char.charCodeAt(0) < CONTROLS_END))
    return 'characters';
  if (DEVICES.test(name)) return 'device';
  if (name.length > LONGEST) return 'long';
  return others.some((other) => other.toLowerCase() === name.toLowerCase()) ? 'exists' : null;
}

/** The end of a name from its last dot on: `.DMP`; empty for none. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot) : '';
}
