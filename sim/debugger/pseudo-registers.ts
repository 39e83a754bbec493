import type { Session } from './session.js';

/** What pseudo-registers stand for. */
export const ALIASES: Readonly<Record<string, (session: Session) => bigint | undefined>> = {
  $ip: (session) => session.scope.context.rip,
  $csp: (session) => session.scope.context.registers.rsp,
  $sp: (session) => session.scope.context.registers.rsp,
  $ra: (session) => session.frames(2)[0]?.returnAddress,
  $proc: (session) => session.process,
  $thread: (session) => session.thread,
  $pcr: (session) => session.currentProcessor?.pcr,
  $prcb: (session) => session.currentProcessor?.prcb,
  $peb: (session) => session.peb,
  $teb: (session) => session.teb,
  $tid: (session) => session.threadId,
  $tpid: (session) => session.processId,
  $ptrsize: () => 8n,
  $pagesize: () => 0x1000n,
};
/** What those that are pointers point to. */
export const POINTER_TYPES: Readonly<Record<string, string>> = {
  $proc: '_EPROCESS',
  $thread: '_ETHREAD',
  $prcb: '_KPRCB',
  $pcr: '_KPCR',
  $peb: '_PEB',
  $teb: '_TEB',
};
/** Those that the user sets: `$t0` to `$t19`. */
export const USER_REGISTERS = /^\$t(1?[0-9])$/;
