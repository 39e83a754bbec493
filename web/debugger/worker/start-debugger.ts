// Entry of the debugger's worker.
//
//   page ── Comlink ──▶ start-debugger.ts (DebuggerApi) ──▶ sim/debugger
//                                      └── slices of the dump and of symbol files ◀── handle (OPFS), Blob (dropped files)
//
// The debugger waits for its disassembler while it loads. Calls that arrive before are kept: they would be lost.
import { expose } from 'comlink';
import type { DebuggerApi } from './debugger-api.js';

const early: MessageEvent[] = [];
const keep = (event: MessageEvent) => early.push(event);
addEventListener('message', keep);
const { DebuggerWorker } = await import('./debugger-worker.js');
removeEventListener('message', keep);
expose(new DebuggerWorker() satisfies DebuggerApi);
for (const { data, ports } of early) dispatchEvent(new MessageEvent('message', { data, ports: [...ports] }));
