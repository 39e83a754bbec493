import type { Session } from './session.js';

/** What pseudo-registers stand for. */
export const ALIASES: Readonly<Record<string, (session: Session) => bigint | undefined>> = {
  $ip: (session) => session.scope.context.rip,
  $csp: (session) => session.scope.context.registers.rsp,
  $fp: (session) => session.scope.context.registers.rbp,
  // Of x64, where the engine has nothing for them.
  $argreg: () => 0n,
  $callret: () => 0n,
  // What the last extension returned, and the numbers of the debugger's only system, process and thread.
  $extret: () => 0n,
  $dsid: () => 0n,
  $dpid: () => 0n,
  $dtid: (session) => BigInt(session.user ? session.threadNumber : 0),
  $ra: (session) => session.frames(2)[0]?.returnAddress,
  $proc: (session) => session.process,
  $thread: (session) => session.thread,
  $pcr: (session) => session.currentProcessor?.pcr,
  $prcb: (session) => session.currentProcessor?.prcb,
  $peb: (session) => session.peb,
  $teb: (session) => session.teb,
  $scopeip: (session) => session.scope.context.rip,
  $eventip: (session) => session.eventContext?.rip,
  $frame: (session) => BigInt(session.scope.frame),
  $retreg: (session) => session.scope.context.registers.rax,
  $retreg64: (session) => session.scope.context.registers.rax,
  $exentry: (session) => entryOfMain(session),
  $exp: (session) => session.lastValue,
  $bug_code: (session) => bugCheck(session, 0),
  $bug_param1: (session) => bugCheck(session, 1),
  $bug_param2: (session) => bugCheck(session, 2),
  $bug_param3: (session) => bugCheck(session, 3),
  $bug_param4: (session) => bugCheck(session, 4),
  // Of a kernel's dump the engine does not know them.
  $tid: (session) => (session.user ? session.threadId : undefined),
  $tpid: (session) => (session.user ? session.processId : undefined),
  $ptrsize: () => 8n,
  $pagesize: () => 0x1000n,
};
/** Of the image that a session is about: the kernel, or the program of a process's dump. */
function entryOfMain(session: Session): bigint | undefined {
  const main = session.user ? session.modules[0] : session.mainModule;
  return main && session.entryPoint(main.base);
}

/** Code or parameter of the bug check that a kernel's dump was made for. */
function bugCheck(session: Session, place: number): bigint | undefined {
  if (session.user) return undefined;
  const { header } = session.target;
  return [
    BigInt(header.BugCheckCode),
    header.BugCheckParameter1,
    header.BugCheckParameter2,
    header.BugCheckParameter3,
    header.BugCheckParameter4,
  ][place];
}

/** What those that are pointers point to. */
export const POINTER_TYPES: Readonly<Record<string, string>> = {
  $proc: '_EPROCESS',
  $thread: '_ETHREAD',
  $prcb: '_KPRCB',
  $pcr: '_KPCR',
  $peb: '_PEB',
  $teb: '_TEB',
};
/** Those that lead to code. */
export const CODE_POINTERS: readonly string[] = ['$ip', '$ra', '$scopeip', '$eventip', '$exentry'];
/** Those that the user sets: `$t0` to `$t19`. */
export const USER_REGISTERS = /^\$t(1?[0-9])$/;
