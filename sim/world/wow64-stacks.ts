import { frame32Of, withoutWow64, wow64Module, type LabImage } from '../images/index.js';
import { split } from '../machine/kernel-images.js';
import { nameOf, type CodeModules } from '../machine/stack-plan.js';
import data from './catalogue/user-mode.json';

const { bottom, main, worker } = data.wow64Stacks;
/** Who calls a stub in the middle of a program's thread, and what threads of Windows' own begin with. */
const stubs: Readonly<Record<string, readonly string[]>> = data.wow64Stacks.stubs;
const starts: Readonly<Record<string, readonly string[]>> = data.wow64Stacks.starts;
const PROGRAM = /^%!/;
const SAVED = ['ebx', 'esi', 'edi'] as const;

/** A 32-bit user stack as its functions' call sites, ready for the core to lay out. */
export interface Wow64Stack {
  /** Function that the thread was created with. */
  readonly start: bigint;
  /** Where 32-bit code goes on after the service. */
  readonly eip: bigint;
  /** From the stub of the service out, as a debugger prints it. */
  readonly names: readonly string[];
  /** What the core is told of each function, from the outermost in. */
  readonly words: BigUint64Array;
}

/**
 * Plans the stack of a thread of a 32-bit program that left for `stub` (`module!Function` of 64-bit code); `isMain`
 * says that it is the program's first one. Throws when no 32-bit function calls the stub.
 */
export function planWow64Stack(
  modules: CodeModules,
  program: string,
  stub: string,
  isMain: boolean,
): Wow64Stack {
  const [module, service] = split(stub);
  const functions = [...bodyOf(service, isMain), ...bottom].map((name) => inProgram(name, program));
  const left = `${wow64Module(module)}!${service}`;
  const frames = functions.map((name, depth) =>
    frameOf(modules, name, depth === 0 ? left : functions[depth - 1]!),
  );
  const { image, base } = modules.get(wow64Module(module));
  const rest = image.restAddress(service);
  return {
    start: modules.address(wow64Start(program, stub, isMain)),
    eip: base + BigInt(rest),
    names: [nameOf(modules, wow64Module(module), rest), ...frames.map(({ name }) => name)].map(withoutWow64),
    words: BigUint64Array.from(frames.toReversed().flatMap(({ words }) => words)),
  };
}

/** The function (`module!Function`) that a thread of a 32-bit program was created with. */
export function wow64Start(program: string, stub: string, isMain: boolean): string {
  return inProgram(bodyOf(split(stub)[1], isMain).at(-1)!, program);
}

/** From the caller of a service's stub to the function that the thread was created with. */
function bodyOf(service: string, isMain: boolean): readonly string[] {
  return starts[service] ?? [...chainTo(service), ...(isMain ? main : worker)];
}

function inProgram(name: string, program: string): string {
  return PROGRAM.test(name) ? name.replace(PROGRAM, `${program}!`) : wow64Module(name);
}

function chainTo(service: string): readonly string[] {
  const chain = stubs[service];
  if (!chain) throw new Error(`no 32-bit function of the catalogue calls ${service}`);
  return chain;
}

function frameOf(modules: CodeModules, caller: string, callee: string): { name: string; words: bigint[] } {
  const [module, name] = split(caller);
  const { image, base } = modules.get(module);
  const rva = image.returnAddress(name, callee);
  const { localBytes, saved } = frame32Of(image.spec, name);
  const calls = specOf(image, name).calls ?? [];
  const isIndirect = !calls.some(({ to }) => to === callee || to === split(callee)[1]);
  const words = isIndirect ? 1 : argumentsOf(modules, callee);
  return {
    name: nameOf(modules, module, rva),
    words: [
      base + BigInt(rva),
      BigInt(localBytes),
      BigInt(saved.reduce((bits, register) => bits | (1 << SAVED.indexOf(register)), 0)),
      BigInt(words),
      isIndirect ? modules.address(callee) : 0n,
    ],
  };
}

function argumentsOf(modules: CodeModules, callee: string): number {
  const [module, name] = split(callee);
  return specOf(modules.get(module).image, name).arguments ?? 0;
}

function specOf({ spec }: LabImage, name: string) {
  const found = spec.functions.find((each) => each.name === name);
  if (!found) throw new Error(`${spec.module} has no function ${name}`);
  return found;
}
