import type { EnumLayout, TypeCatalogue, TypeLayout } from '../../profiles/profile.js';
import { parseTypeName } from './type-name.js';

/** A catalogue with all that its types contain, not merely point at, of another one's. */
export function withContained(own: TypeCatalogue, others: TypeCatalogue): TypeCatalogue {
  const types: Record<string, TypeLayout> = {};
  const enums: Record<string, EnumLayout> = { ...own.enums };
  const add = (name: string) => {
    const layout = own.types[name] ?? others.types[name];
    if (!layout || types[name]) return;
    types[name] = layout;
    for (const [, text] of Object.values(layout.fields)) {
      const { base, isEnum, pointers } = parseTypeName(text);
      if (isEnum) {
        const found = enums[base] ?? others.enums[base];
        if (found) enums[base] = found;
      } else if (pointers === 0) add(base);
    }
  };
  for (const name of Object.keys(own.types)) add(name);
  return { build: others.build, types, enums };
}

/** Some of a build's types. @throws Error when it has none of a name */
export function namedTypes({ build, types }: TypeCatalogue, names: readonly string[]): TypeCatalogue {
  const layouts = names.map((name) => {
    const layout = types[name];
    if (!layout) throw new Error(`build ${build} has no type ${name}`);
    return [name, layout] as const;
  });
  return { build, types: Object.fromEntries(layouts), enums: {} };
}
