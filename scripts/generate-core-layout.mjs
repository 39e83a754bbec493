// Writes what the core needs to know of structures and symbols, so that neither is written twice.
//
//   sim/profiles/*/types.json, modules/, formats/*.json ────┐
//   `KTHREAD.State`, `NT.PsActiveProcessHead` in assembly/ ─┴─▶ assembly/generated/{types,symbols}.ts   names → ids
//                                                              build/core-layout.json                 ids → offsets, per profile
//   sim/profiles/*/kdbg.json ────────────────▶                                             and debugger data
//   sim/check/rules.json ─────▶ assembly/generated/rules.ts, build/field-names.json        ids of rules, names of fields
//
// The core holds only ids; the offsets of the chosen profile are loaded when a machine is created.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const json = (path) => JSON.parse(readFileSync(path, 'utf8'));

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'generated' ? [] : sources(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

const SCALARS = { u8: 1, i8: 1, u16: 2, i16: 2, wchar: 2, u32: 4, i32: 4, u64: 8, i64: 8, fnptr: 8, void: 0 };

/** Bytes a scalar field is read and written with; 0 for structures and arrays, which only have an address. */
function width(type, enums) {
  if (type.endsWith('*')) return 8;
  if (type.endsWith(']')) return 0;
  if (type.startsWith('enum ')) return enums[type.slice(5)]?.size ?? 4;
  return SCALARS[type] ?? 0;
}

const uses = new Map(); // type id name -> Map(member -> first place that uses it)
const symbols = new Set();
for (const path of sources(join(root, 'assembly'))) {
  const text = readFileSync(path, 'utf8');
  const imported = text.matchAll(/import \{([^}]*)\} from '[./]*generated\/types'/g);
  for (const [, names] of imported)
    for (const type of names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name && name !== 'FIELD_COUNT')) {
      const members = uses.get(type) ?? uses.set(type, new Map()).get(type);
      for (const [, member] of text.matchAll(new RegExp(`\\b${type}\\.(\\w+)`, 'g')))
        if (!members.has(member)) members.set(member, relative(root, path));
    }
  if (text.includes('generated/symbols'))
    for (const [, name] of text.matchAll(/\bNT\.(\w+)/g)) symbols.add(name);
}

const formats = Object.assign(
  {},
  ...readdirSync(join(root, 'sim/profiles/formats')).map(
    (file) => json(join(root, 'sim/profiles/formats', file)).types,
  ),
);
const profileNames = readdirSync(join(root, 'sim/profiles'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(root, 'sim/profiles', entry.name, 'types.json')))
  .map((entry) => entry.name);
/** Types of modules other than the kernel do not differ between the builds. */
const moduleTypes = join(root, 'sim/profiles/win11-22631/modules');
const profiles = profileNames.map((name) => {
  const folder = join(root, 'sim/profiles', name);
  const { types, enums, absent = [] } = json(join(folder, 'types.json'));
  const modules = readdirSync(moduleTypes).map((file) => json(join(moduleTypes, file)));
  return {
    name,
    absent: new Set(absent),
    types: Object.assign({}, types, formats, ...modules.map((module) => module.types)),
    enums: Object.assign({}, enums, ...modules.map((module) => module.enums)),
  };
});

/** A field that a build is known not to have (`absent` of its types.json); `isPresent` in assembly/layout. */
const ABSENT = { offset: 0xffffffff, width: 0, bit: 0, bits: 0 };

/** The layout a core name such as `u3_e1` of `MMPFN` stands for. */
function find(profile, type, member, place) {
  const layout = profile.types[`_${type}`] ?? profile.types[type];
  if (!layout) throw new Error(`${place}: profile ${profile.name} has no type _${type}`);
  if (member === 'SIZE') return { offset: layout.size, width: 0, bit: 0, bits: 0 };
  const name = Object.keys(layout.fields).find((field) => field.replaceAll('.', '_') === member);
  if (name === undefined && profile.absent.has(`_${type}.${member}`)) return ABSENT;
  if (name === undefined)
    throw new Error(`${place}: profile ${profile.name} has no field _${type}.${member}`);
  const [offset, fieldType, bit = 0, bits = 0] = layout.fields[name];
  return { offset, width: width(fieldType, profile.enums), bit, bits };
}

/** A core name as Windows spells it: `MMPFN.u3.e1` for `MMPFN.u3_e1`. */
function readable(type, member) {
  const names = profiles.flatMap(({ types }) => Object.keys((types[`_${type}`] ?? types[type]).fields));
  const name = names.find((field) => field.replaceAll('.', '_') === member);
  return `${type}.${name ?? member}`;
}

let id = 0;
const fieldNames = []; // `KTHREAD.State` by id, for those who tell people which field is wrong
const tables = Object.fromEntries(profileNames.map((name) => [name, []]));
let text =
  '// Generated by scripts/generate-core-layout.mjs; do not edit.\n// Ids of fields; offsets come from the profile.\n';
for (const type of [...uses.keys()].sort()) {
  text += `\nexport enum ${type} {\n`;
  for (const [member, place] of [...uses.get(type)].sort(([a], [b]) => (a < b ? -1 : 1))) {
    text += `  ${member} = ${id++},\n`;
    fieldNames.push(readable(type, member));
    for (const profile of profiles) {
      const field = find(profile, type, member, place);
      tables[profile.name].push(field.offset, field.width | (field.bit << 8) | (field.bits << 16));
    }
  }
  text += '}\n';
}
text += `\nexport const FIELD_COUNT: i32 = ${id};\n`;

const symbolNames = [...symbols].sort();
const symbolText =
  '// Generated by scripts/generate-core-layout.mjs; do not edit.\n// Ids of kernel symbols; addresses come from the loaded image.\n\nexport enum NT {\n' +
  symbolNames.map((name, index) => `  ${name} = ${index},\n`).join('') +
  `}\n\nexport const SYMBOL_COUNT: i32 = ${symbolNames.length};\n`;

/** Bytes from the start of the first type to the last field of `_TYPE.Field.Field`. */
function offsetOf(profile, path) {
  const [first, ...fields] = path.split('.');
  let type = first;
  return fields.reduce((sum, field) => {
    const [offset, fieldType] = profile.types[type].fields[field];
    type = fieldType;
    return sum + offset;
  }, 0);
}

/** A profile's rules for KDDEBUGGER_DATA64 with `offset _TYPE.Field` and `sizeof _TYPE` as numbers. */
function debuggerData(profile) {
  const { fields } = json(join(root, 'sim/profiles', profile.name, 'kdbg.json'));
  return Object.fromEntries(
    Object.entries(fields).map(([name, rule]) => {
      const [kind, argument] = String(rule).split(' ');
      if (kind === 'offset') return [name, offsetOf(profile, argument)];
      return [name, kind === 'sizeof' ? profile.types[argument].size : rule];
    }),
  );
}

/** Enumerations that the host passes to the core by name. */
const HOST_ENUMS = [
  '_INTERFACE_TYPE',
  '_KWAIT_REASON',
  '_KOBJECTS',
  '_MI_ASSIGNED_REGION_TYPES',
  '_PNP_DEVNODE_STATE',
];
const hostEnums = ({ enums }) => Object.fromEntries(HOST_ENUMS.map((name) => [name, enums[name].values]));

/** The rules of the check, and what it counts, as ids. */
const { rules, visited } = json(join(root, 'sim/check/rules.json'));
const pascal = (name) => name.replace(/(?:^|-)(\w)/g, (_, letter) => letter.toUpperCase());
const enumText = (name, members) =>
  `\nexport enum ${name} {\n${members.map((member, index) => `  ${member} = ${index},\n`).join('')}}\n`;
const ruleText =
  '// Generated by scripts/generate-core-layout.mjs; do not edit.\n// Ids of rules; what they say is in sim/check/rules.json.\n' +
  enumText('Rule', Object.keys(rules).map(pascal)) +
  enumText(
    'Visited',
    visited.map((name) => name.charAt(0).toUpperCase() + name.slice(1)),
  ) +
  `\nexport const VISITED_COUNT: i32 = ${visited.length};\n`;

function write(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  if (!existsSync(path) || readFileSync(path, 'utf8') !== content) writeFileSync(path, content);
}
write(join(root, 'assembly/generated/types.ts'), text);
write(join(root, 'assembly/generated/symbols.ts'), symbolText);
write(join(root, 'assembly/generated/rules.ts'), ruleText);
write(join(root, 'build/field-names.json'), JSON.stringify(fieldNames));
write(
  join(root, 'build/core-layout.json'),
  JSON.stringify({
    symbols: symbolNames,
    profiles: Object.fromEntries(
      profiles.map((profile) => [
        profile.name,
        { fields: tables[profile.name], debuggerData: debuggerData(profile), enums: hostEnums(profile) },
      ]),
    ),
  }),
);
