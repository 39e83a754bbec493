import type { FunctionSpec, GlobalSpec, ModuleSpec } from './spec.js';

/** DEFAULT_SECURITY_COOKIE of 64-bit code: what a file holds until its loader chooses a random one. */
const DEFAULT_COOKIE = 0x00002b992ddfa232n;

/** Symbols of a compiler's runtime that the load configuration refers to. */
export const RUNTIME = {
  cookie: '__security_cookie',
  checkPointer: '__guard_check_icall_fptr',
  dispatchPointer: '__guard_dispatch_icall_fptr',
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

/** A module with what every image of a compiler has: stack cookies, and the pointers through which indirect calls go. */
export function withRuntime(spec: ModuleSpec): ModuleSpec {
  const own = new Set(GLOBALS.map(({ name }) => name));
  return {
    ...spec,
    functions: [...spec.functions, ...FUNCTIONS],
    globals: [...spec.globals.filter(({ name }) => !own.has(name)), ...GLOBALS],
  };
}

function littleEndian(value: bigint): string {
  const digits = BigInt.asUintN(64, value).toString(16).padStart(16, '0');
  return digits.match(/../g)!.reverse().join('');
}
