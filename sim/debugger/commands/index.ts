import type { Command } from './command.js';
import { context, contextRecord, exceptionRecord, process, processors, thread, trap } from './context.js';
import {
  blockCommand,
  choose,
  doCommand,
  echo,
  foreachCommand,
  forCommand,
  ifCommand,
  whileCommand,
} from './control-flow.js';
import { deleteAlias, listAliases, setAlias } from './aliases.js';
import { descriptors } from './descriptors.js';
import { functionEntry, unassemble, unassembleFunction } from './disassemble.js';
import { displayType } from './display-type.js';
import { dx } from './dx/dx.js';
import { dumpDebug, writeMemory } from './dump-details.js';
import { extensions } from './extensions/index.js';
import { compareMemory, editMemory, fillMemory, moveMemory } from './edit-memory.js';
import { assemblyOptions, evaluator, eventLog, pushAndPop } from './engine-settings.js';
import { evaluate, evaluateTyped, formats } from './evaluate.js';
import { help } from './help.js';
import { locals } from './locals.js';
import { bugcheck, effectiveMachine, lastEvent, systems, time, version, vertarget } from './machine.js';
import { display } from './memory-display.js';
import { moduleInfo, symbolNoise } from './module-info.js';
import { breakCommand, catchCommand, continueCommand, leaveCommand, redo } from './jumps.js';
import { listModules } from './modules.js';
import { printf } from './printf.js';
import { processes, threadTimes } from './process-dump.js';
import { registers } from './registers.js';
import { search } from './search.js';
import { comment, enumTag, ignoreMissingPages, live, quit, radix } from './settings.js';
import { frameCommand, nextFrame, stack, stackDepth } from './stack.js';
import { taskList } from './task-list.js';
import { sources } from './sources.js';
import { symbolPath } from './symbol-path.js';
import { examine, nearest, reload, sourcePath, symbolOptions } from './symbols.js';

/** All commands of the debugger. */
export const commands: readonly Command[] = [
  vertarget, version, systems, time, bugcheck, effectiveMachine, lastEvent, eventLog, pushAndPop, evaluator, assemblyOptions, dumpDebug, enumTag,
  listModules, moduleInfo, symbolNoise, examine, nearest, symbolPath, sourcePath, symbolOptions, reload, sources,
  registers, stack, stackDepth, frameCommand, nextFrame, locals, processors, processes, taskList, threadTimes, thread, process, context, contextRecord, trap, exceptionRecord,
  display, descriptors, search, displayType, dx, evaluate, evaluateTyped, formats, writeMemory, editMemory, fillMemory, moveMemory, compareMemory,
  unassemble, unassembleFunction, functionEntry,
  ifCommand, whileCommand, doCommand, forCommand, choose, setAlias, deleteAlias, listAliases, foreachCommand, blockCommand, breakCommand, continueCommand, catchCommand, leaveCommand, redo, echo, printf,
  ignoreMissingPages, radix, live, quit, comment, help, ...extensions,
]; // prettier-ignore
