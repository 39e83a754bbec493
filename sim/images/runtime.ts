import { PROBE_SIZE } from './code/stack-probe.js';
import type { FunctionSpec, GlobalSpec, ModuleSpec } from './spec.js';

/** DEFAULT_SECURITY_COOKIE of 64-bit and of 32-bit code: what a file holds until its loader chooses a random one. */
const DEFAULT_COOKIE = 0x00002b992ddfa232n;
const DEFAULT_COOKIE_32 = 0xbb40e64en;

/** Symbols of a compiler's runtime that the load configuration refers to. */
export const RUNTIME = {
  cookie: '__security_cookie',
  checkPointer: '__guard_check_icall_fptr',
  dispatchPointer: '__guard_dispatch_icall_fptr',
  /** Where that pointer leads in the kernel, and in drivers once the kernel has loaded them. */
  dispatch: '_guard_dispatch_icall',
  checkCookie: '__security_check_cookie',
  cookieHandler: '__GSHandlerCheck',
  reportFailure: '__report_gsfailure',
  /** Called by prologs before they take a large frame. */
  probeStack: '__chkstk',
} as const;

const FUNCTIONS: readonly FunctionSpec[] = [
  { name: '_guard_check_icall_nop', template: 'return' },
  { name: '_guard_dispatch_icall_nop', template: 'dispatch' },
];

const GLOBALS: readonly GlobalSpec[] = [
  {
    name: RUNTIME.checkPointer,
    section: '.rdata',
    size: 8,
    type: 'fnptr',
    pointers: ['_guard_check_icall_nop'],
  },
  {
    name: RUNTIME.dispatchPointer,
    section: '.rdata',
    size: 8,
    type: 'fnptr',
    pointers: ['_guard_dispatch_icall_nop'],
  },
  { name: RUNTIME.cookie, size: 8, type: 'u64', data: littleEndian(DEFAULT_COOKIE) },
  { name: '__security_cookie_complement', size: 8, type: 'u64', data: littleEndian(~DEFAULT_COOKIE) },
];

/** Of 32-bit images, whose code checks a target and then calls it. */
const GLOBALS_32: readonly GlobalSpec[] = [
  { name: RUNTIME.checkPointer, section: '.rdata', size: 4, pointers: ['_guard_check_icall_nop'] },
  { name: RUNTIME.cookie, size: 4, align: 4, type: 'u32', data: littleEndian(DEFAULT_COOKIE_32, 32) },
  {
    name: '__security_cookie_complement',
    size: 4,
    align: 4,
    type: 'u32',
    data: littleEndian(~DEFAULT_COOKIE_32, 32),
  },
];

/** What modules have besides whose functions have stack cookies. */
const COOKIE_FUNCTIONS: readonly FunctionSpec[] = [
  { name: RUNTIME.checkCookie, template: 'check-cookie' },
  { name: RUNTIME.reportFailure, calls: [{ to: 'nt!KeBugCheckEx' }] },
  { name: '__GSHandlerCheckCommon', calls: [{ to: RUNTIME.checkCookie }] },
  { name: RUNTIME.cookieHandler, calls: [{ to: '__GSHandlerCheckCommon' }] },
];

/** A module with what every image of a compiler has: stack cookies, and the pointers through which indirect calls go. */
export function withRuntime(spec: ModuleSpec): ModuleSpec {
  if (spec.machine === 'i386')
    return {
      ...spec,
      functions: [...spec.functions, { name: '_guard_check_icall_nop', template: 'return' }],
      globals: [...spec.globals, ...GLOBALS_32],
    };
  const own = new Set(GLOBALS.map(({ name }) => name));
  const isKernel = spec.kind === 'kernel' && spec.module === 'nt';
  const globals = isKernel ? GLOBALS.map(toKernelDispatch) : GLOBALS;
  const hasCookies = spec.functions.some(({ cookie }) => cookie);
  const probes =
    spec.functions.some(({ frame }) => (frame?.size ?? 0) >= PROBE_SIZE) &&
    !spec.functions.some(({ name }) => name === RUNTIME.probeStack);
  return {
    ...spec,
    functions: [
      ...spec.functions,
      ...FUNCTIONS,
      ...(isKernel ? [{ name: RUNTIME.dispatch, template: 'dispatch' } as const] : []),
      ...(probes ? [{ name: RUNTIME.probeStack, template: 'probe-stack' } as const] : []),
      ...(hasCookies ? COOKIE_FUNCTIONS.map((each) => inModule(each, spec.module)) : []),
    ],
    globals: [...spec.globals.filter(({ name }) => !own.has(name)), ...globals],
  };
}

/** The kernel's own calls go to its dispatcher from the start. */
function toKernelDispatch(global: GlobalSpec): GlobalSpec {
  return global.name === RUNTIME.dispatchPointer ? { ...global, pointers: [RUNTIME.dispatch] } : global;
}

/** The kernel calls its own functions without an import. */
function inModule(definition: FunctionSpec, module: string): FunctionSpec {
  const { calls } = definition;
  const prefix = `${module}!`;
  if (!calls?.some(({ to }) => to?.startsWith(prefix))) return definition;
  return { ...definition, calls: calls.map((call) => ({ ...call, to: call.to!.replace(prefix, '') })) };
}

function littleEndian(value: bigint, bits = 64): string {
  const digits = BigInt.asUintN(bits, value)
    .toString(16)
    .padStart(bits / 4, '0');
  return digits.match(/../g)!.reverse().join('');
}
