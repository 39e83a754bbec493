/** Cuts a line at its semicolons, leaving strings and braces whole. A comment takes the rest of the line. */
export function splitCommands(line: string): string[] {
  const commands: string[] = [];
  let current = '';
  let depth = 0;
  let quoted = false;
  /** Between the brackets of `.for`, where semicolons part its three commands. */
  let inHead = false;
  /** Whether nothing but blanks came yet. */
  let starts = true;
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!;
    if (
      starts &&
      !quoted &&
      depth === 0 &&
      (character === '*' || (character === '$' && line[i + 1] === '$'))
    ) {
      if (character === '*') return commands;
      const end = line.indexOf(';', i);
      if (end < 0) return commands;
      i = end;
      continue;
    }
    if (character === '(' && /^\s*\.for\s*$/.test(current)) inHead = true;
    else if (character === '{') inHead = false;
    if (character === '"') quoted = !quoted;
    else if (!quoted && character === '{') depth++;
    else if (!quoted && character === '}') depth--;
    if (character === ';' && !quoted && !inHead && depth <= 0) {
      commands.push(current);
      current = '';
      starts = true;
    } else {
      current += character;
      starts &&= character.trim() === '';
    }
  }
  commands.push(current);
  return commands.map((command) => command.trim()).filter((command) => command !== '');
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
