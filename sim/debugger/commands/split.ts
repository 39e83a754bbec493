/** A command of a line, and where in the line it starts. */
export interface CutCommand {
  text: string;
  start: number;
}

/** Commands whose arguments are the whole rest of the line, semicolons and all. Source: Microsoft, "as, aS" and "j". */
const TAKES_REST = /^(?:as\s+(?!\/(?:x|e|m))\S|j[\s(])/;

/** Cuts a line at its semicolons, leaving strings and braces whole. A comment takes the rest of the line. */
export function cutCommands(line: string): CutCommand[] {
  const commands: CutCommand[] = [];
  const keep = (from: number, to: number) => {
    const text = line.slice(from, to);
    if (text.trim() !== '')
      commands.push({ text: text.trim(), start: from + text.length - text.trimStart().length });
  };
  let from = 0;
  let depth = 0;
  let quoted = false;
  /** Between the brackets of `.for`, where semicolons part its three commands. */
  let inHead = false;
  /** Whether nothing but blanks came yet. */
  let starts = true;
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!;
    if (starts && isComment(line, i)) {
      const end = line[i] === '*' ? -1 : line.indexOf(';', i);
      if (end < 0) return commands;
      i = end;
      from = i + 1;
      continue;
    }
    if (starts && TAKES_REST.test(line.slice(i, i + LONGEST_HEAD))) break;
    if (character === '(' && /^\s*\.for\s*$/.test(line.slice(from, i))) inHead = true;
    else if (character === '{') inHead = false;
    if (character === '"') quoted = !quoted;
    else if (!quoted && character === '{') depth++;
    else if (!quoted && character === '}') depth--;
    if (character === ';' && !quoted && !inHead && depth <= 0) {
      if (IF.test(line.slice(from, from + LONGEST_HEAD)) && BRANCH.test(line.slice(i, i + LONGEST_HEAD)))
        continue;
      keep(from, i);
      from = i + 1;
      starts = true;
    } else starts &&= character.trim() === '';
  }
  keep(from, line.length);
  return commands;
}

/** A semicolon in front of another branch does not end an `.if`. */
const IF = /^\s*\.if(?![a-z])/;
const BRANCH = /^[\s;]*\.(?:elsif|else)(?![a-z])/;
/** Enough of a command to know it by. */
const LONGEST_HEAD = 32;

function isComment(line: string, at: number): boolean {
  return line[at] === '*' || (line.startsWith('$$', at) && !/[<>]/.test(line[at + 2] ?? ''));
}

export function splitCommands(line: string): string[] {
  return cutCommands(line).map(({ text }) => text);
}

const TOKEN = /^(?:\|\||~\S*|\?\?|\?|\.[a-z_]+[-+]?|![\w.$]*|[a-z]+[0-9]?[a-z]*(?![!\w])|\S+)/i;

/** The command's own word and what follows it. */
export function splitName(command: string): { name: string; args: string } {
  const name = TOKEN.exec(command)?.[0] ?? '';
  return { name, args: command.slice(name.length).trim() };
}

/** Text in the braces that come next, and what follows; `undefined` when none come. */
export function takeBlock(text: string): { block: string; rest: string } | undefined {
  const start = text.trimStart();
  if (!start.startsWith('{')) return undefined;
  return takeBracketed(start, '{', '}');
}

/** The same for any brackets. */
export function takeBracketed(
  text: string,
  open: string,
  close: string,
): { block: string; rest: string } | undefined {
  const start = text.trimStart();
  if (!start.startsWith(open)) return undefined;
  let depth = 0;
  for (let i = 0; i < start.length; i++) {
    if (start[i] === open) depth++;
    else if (start[i] === close && --depth === 0)
      return { block: start.slice(open.length, i), rest: start.slice(i + 1).trim() };
  }
  return undefined;
}
