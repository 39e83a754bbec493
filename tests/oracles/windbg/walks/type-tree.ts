// A type's members as `dt -r` prints them, followed through the profile's layouts: what the debugger's answer to a
// whole type is held against.

type Member = readonly [offset: number, type: string, position?: number, length?: number];
export type Layouts = Readonly<Record<string, { readonly fields: Readonly<Record<string, Member>> }>>;

/** `2 +0x008 WaitListHead` or, of a bit field, `1 +0x001 Wake 1 1`: depth, offset in its type, name, bits. */
export function expectedTree(layouts: Layouts, type: string, deepest: number): string[] {
  const lines: string[] = [];
  const list = (of: string, prefix: string, base: number, depth: number) => {
    for (const [path, [offset, fieldType, ...bits]] of Object.entries(layouts[of]!.fields)) {
      const name = path.slice(prefix.length);
      if (!path.startsWith(prefix) || name.includes('.')) continue;
      lines.push([depth, `+0x${hex(offset - base)}`, name, ...bits].join(' '));
      if (depth === deepest) continue;
      if (fieldType.startsWith('<anon>')) list(of, `${path}.`, offset, depth + 1);
      else {
        // What a pointer leads to, however far, and an element of an array are a level of their own.
        const inner = fieldType.replace(/(\[\d+\])+$/, '').replace(/\*+$/, '');
        if (layouts[inner]) list(inner, '', 0, depth + 1);
      }
    }
  };
  list(type, '', 0, 0);
  return lines;
}

const LINE = /^( +)\+0x([0-9a-f]+) (\S+) +: (?:Pos (\d+), (\d+) Bits?)?/;
const INDENT = 3;

/** The same of what `dt -r` printed. */
export function shownTree(output: string): string[] {
  return output.split('\n').flatMap((line) => {
    const [, indent, offset, name, position, length] = LINE.exec(line) ?? [];
    if (name === undefined) return [];
    const bits = position === undefined ? [] : [position, length];
    return [[indent!.length / INDENT - 1, `+0x${offset}`, name, ...bits].join(' ')];
  });
}

const hex = (value: number) => value.toString(16).padStart(3, '0');
