import type { Command } from './command.js';
import texts from './help.json' with { type: 'json' };

/** What the help says of a command. */
export interface HelpText {
  /** What it does, in one line. */
  summary: string;
  /** Arguments, as in the documentation: `k [frames]`. */
  syntax: string;
  /** One to try, and what to look for in the answer. */
  example: string;
  lookFor: string;
  /** Options that WinDbg has and this debugger has not. */
  lacks?: readonly string[];
}

const byName: Readonly<Record<string, HelpText>> = texts.commands;
/** Errors of the engine that refer to its documentation by name. */
const topics: Readonly<Record<string, string>> = texts.topics;
/** Commands of WinDbg that are not here, several in a key, with what to do instead. */
const absent = new Map(
  Object.entries(texts.absent).flatMap(([names, instead]) =>
    names.split(', ').map((name): [string, string] => [name, instead]),
  ),
);

export function helpOf(command: Command): HelpText {
  return byName[command.names[0]!]!;
}

export function topicText(name: string): string | undefined {
  return Object.hasOwn(topics, name) ? topics[name] : undefined;
}

/** Why a command of WinDbg is not here; `undefined` for one that is, or that WinDbg has not either. */
export function whyAbsent(name: string): string | undefined {
  return absent.get(name);
}

export const absentNames: readonly string[] = [...absent.keys()];
