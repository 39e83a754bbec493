/** A type as the profiles' `types.json` spells it, taken apart: see that file's legend. */
export interface TypeName {
  /** Scalar, structure, union or enum; `fnptr` for a pointer to a function; `<anon>` for a named anonymous member. */
  base: string;
  isEnum: boolean;
  /** Number of `*`. */
  pointers: number;
  /** Array dimensions, outermost first. */
  dimensions: number[];
}

const GRAMMAR = /^(enum )?([A-Za-z_]\w*|<anon>)(\**)((?:\[\d+\])*)$/;

/** Throws an Error when the text is not in the grammar. */
export function parseTypeName(text: string): TypeName {
  const match = GRAMMAR.exec(text);
  if (!match) throw new Error(`'${text}' is not a type`);
  const [, enumWord, base = '', stars = '', brackets = ''] = match;
  return {
    base,
    isEnum: enumWord !== undefined,
    pointers: stars.length,
    dimensions: [...brackets.matchAll(/\d+/g)].map(([digits]) => Number(digits)),
  };
}
