// Settings as users know them, and the control block that says the same: the one place where they meet.
import controlData from '../profiles/formats/live-dump-control.json';
import { encodeControl, flagBit, type Caller, type ParsedControl } from './control.js';
import type { DumpKind } from './options.js';

const { settings } = controlData;

/** What Task Manager's settings, the command line and the API let one choose. */
export type RequestSettings = Record<keyof typeof settings, boolean>;

/** A live dump as it is asked for. */
export interface LiveDumpRequest extends RequestSettings {
  kind: DumpKind;
}

/** A request on its way to the kernel. */
export interface LiveDumpCall {
  readonly caller: Caller;
  /** Bytes of the control block at the start of the caller's memory. */
  readonly length: number;
}

const LIVE_SYSTEM_DUMP = 0x161n;
const TASKMGR = 0x005461736b6d6772n; // 'Taskmgr' as text in a ULONG64, first character highest
/** Where the caller keeps its control block: on its stack. It is not written there: this is only its address. */
const CALLER_ADDRESS = 0x9f_7f00_f000n;
const FILE_HANDLE = 0x5d8n;
const CANCEL_HANDLE = 0x5dcn;

/** The call that Task Manager makes for a request. */
export function callFor(request: LiveDumpRequest, isAdministrator: boolean): LiveDumpCall {
  const bits = { Flags: 0n, AddPagesControl: 0n };
  for (const [name, { field, flag }] of Object.entries(settings) as [
    keyof RequestSettings,
    { field: keyof typeof bits; flag: string },
  ][])
    if (request[name]) bits[field] |= flagBit(field, flag);
  const isSelective = request.kind === 'stacks';
  if (isSelective) bits.Flags |= flagBit('Flags', 'SelectiveDump');
  const { length, memory } = encodeControl(
    CALLER_ADDRESS,
    {
      Version: isSelective ? 2n : 1n,
      BugCheckCode: LIVE_SYSTEM_DUMP,
      BugCheckParam1: TASKMGR,
      DumpFileHandle: FILE_HANDLE,
      CancelEventHandle: CANCEL_HANDLE,
      ...bits,
    },
    isSelective ? flagBit('SelectiveFlags', 'ThreadKernelStacks') : undefined,
  );
  const handles = new Map([
    [FILE_HANDLE, 'File'],
    [CANCEL_HANDLE, 'Event'],
  ] as const);
  return { caller: { isAdministrator, handles, memory, address: CALLER_ADDRESS }, length };
}

/** What a control block asks for. */
export function requestOf({ values, threadKernelStacks }: ParsedControl): LiveDumpRequest {
  const chosen = Object.fromEntries(
    Object.entries(settings).map(([name, { field, flag }]) => {
      const bits = values[field as 'Flags' | 'AddPagesControl'];
      return [name, (bits & flagBit(field as 'Flags' | 'AddPagesControl', flag)) !== 0n];
    }),
  ) as RequestSettings;
  return { ...chosen, kind: threadKernelStacks ? 'stacks' : 'full' };
}
