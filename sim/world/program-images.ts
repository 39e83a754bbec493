import { programFunctions32, wow64Dlls, type FunctionSpec, type ModuleSpec } from '../images/index.js';
import { findProgram } from './programs.js';

const IMAGE_BASE = '0x140000000';
const IMAGE_BASE_32 = '0x400000';
/** Programs that run before there is a Win32 subsystem, and know ntdll only. */
const NATIVE = new Set(['smss.exe', 'csrss.exe']);
const DUMPS = 'Taskmgr.exe';

/** Functions in which a Win32 program's threads spend their time, and whom they call. */
const WIN32: Readonly<Record<string, readonly string[]>> = {
  mainCRTStartup: ['main'],
  main: ['KERNELBASE!WaitForSingleObject', 'KERNELBASE!WaitForMultipleObjects', 'MessageLoop'],
  MessageLoop: ['USER32!GetMessageW', 'USER32!MsgWaitForMultipleObjectsEx', 'USER32!DispatchMessageW'],
  WorkerThread: [
    'KERNELBASE!WaitForSingleObjectEx',
    'KERNELBASE!WaitForMultipleObjectsEx',
    'KERNELBASE!SleepConditionVariableSRW',
    'KERNELBASE!Sleep',
    'KERNELBASE!SwitchToThread',
    'KERNELBASE!ReadFile',
    'KERNELBASE!InitOnceExecuteOnce',
    'RPCRT4!NdrClientCall3',
    'MessageLoop',
  ],
  TimerCallback: ['KERNELBASE!SetEvent'],
  CompletionThread: ['KERNELBASE!GetQueuedCompletionStatus', 'KERNELBASE!GetQueuedCompletionStatusEx'],
};
/** What a worker keeps in buffers of its own: more than a page, so that its prolog probes the stack. */
const LARGE_FRAMES: Readonly<Record<string, FunctionSpec['frame']>> = {
  WorkerThread: { size: 0x1260, pushes: ['rbx', 'rsi', 'rdi', 'r14', 'r15'] },
};
const NATIVE_FUNCTIONS: Readonly<Record<string, readonly string[]>> = {
  mainCRTStartup: ['main'],
  main: ['ntdll!NtWaitForSingleObject', 'ntdll!NtWaitForMultipleObjects'],
  WorkerThread: ['ntdll!NtWaitForSingleObject', 'ntdll!NtAlpcSendWaitReceivePort'],
};
const DUMP_FUNCTIONS = { CreateLiveDump: ['ntdll!NtSystemDebugControl'] };

/**
 * Specifications of the images of programs: starts that wait, and nothing of anybody else's code; with them the DLLs of
 * 32-bit programs, where there are any.
 */
export function programSpecs(names: readonly string[]): ModuleSpec[] {
  const programs = names.map(findProgram);
  const paths = new Set(programs.map(({ path }) => path));
  return [
    ...(programs.some(({ wow64 }) => wow64) ? wow64Dlls : []),
    ...[...paths].filter((path) => path.includes('\\')).map(programSpec),
  ];
}

/** Specification of the image of a program by its path. */
export function programSpec(path: string): ModuleSpec {
  const file = path.slice(path.lastIndexOf('\\') + 1);
  const module = file.replace(/\.exe$/i, '');
  const is32Bit = findProgram(file).wow64 === true;
  const functions = {
    ...(NATIVE.has(file) ? NATIVE_FUNCTIONS : WIN32),
    ...(file === DUMPS ? DUMP_FUNCTIONS : {}),
  };
  return {
    module,
    file,
    path,
    pdb: `${module}.pdb`,
    description: `Stands in for ${file}`,
    kind: 'program',
    entryPoint: 'mainCRTStartup',
    ...(is32Bit
      ? {
          machine: 'i386',
          imageBase: IMAGE_BASE_32,
          functions: programFunctions32(),
          globals: [{ name: 'mainEvent', size: 4, align: 4, type: 'u32' }],
        }
      : {
          imageBase: IMAGE_BASE,
          shared: { family: 'program', prefix: '' },
          functions: Object.entries(functions).map(([name, calls]): FunctionSpec => ({
            name,
            calls: calls.map((to) => ({ to })),
            ...(LARGE_FRAMES[name] ? { frame: LARGE_FRAMES[name] } : {}),
          })),
          globals: [{ name: 'mainEvent', size: 8, type: 'void*' }],
        }),
  };
}
