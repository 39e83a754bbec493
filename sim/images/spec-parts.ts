import { callKind } from './code/call-kind.js';
import type { CodeSection, FunctionSpec, ModuleSpec } from './spec.js';

/** Sections of code, in the order in which a module's code is written. */
export const CODE_SECTIONS = ['.text', 'PAGE', 'POOLCODE', 'KVASCODE', 'INIT'] as const;

export interface Import {
  /** Debugger name of the module that exports it. */
  module: string;
  symbol: string;
  /** Name of the symbol of its slot. */
  slot: string;
}

/** Functions of a module whose code goes into a section. */
export function functionsIn({ functions }: ModuleSpec, wanted: CodeSection): readonly FunctionSpec[] {
  return functions.filter(({ section = '.text' }) => section === wanted);
}

/** All functions of a module in the order in which their code is written. */
export function inCodeOrder(spec: ModuleSpec): readonly FunctionSpec[] {
  return CODE_SECTIONS.flatMap((section) => functionsIn(spec, section));
}

/** Name of the symbol for the import address table slot of `module!Function`. */
export const importSlot = (target: string): string => `__imp_${target}`;

/** Every `module!Function` that the module's code calls or jumps to, once, in order of module and name. */
export function importsOf(spec: ModuleSpec): Import[] {
  const targets = new Set<string>();
  for (const { calls, tail } of spec.functions) {
    if (calls) for (const call of calls) if (callKind(call) === 'import') targets.add(call.to!);
    if (tail?.includes('!')) targets.add(tail);
  }
  return [...targets].sort().map((target) => {
    const mark = target.indexOf('!');
    return { module: target.slice(0, mark), symbol: target.slice(mark + 1), slot: importSlot(target) };
  });
}
