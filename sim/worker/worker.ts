// Entry of the worker: the machine lives here, the page holds a proxy.
//
//   page ── Comlink ──▶ worker.ts (SimApi) ──▶ LabMachine ──▶ core.wasm
//                            └── chunks of a dump ──▶ Disk (OPFS)
//
// The machine's code waits for its data while it loads. Calls that arrive before are kept: they would be lost.
import { expose } from 'comlink';
import { firstFiles } from './first-files.js';
import type { SimApi } from './sim-api.js';

const early: MessageEvent[] = [];
const keep = (event: MessageEvent) => early.push(event);
addEventListener('message', keep);
const code = import('./lab-worker.js');
firstFiles(); // behind the code, which is the longest way to a machine
const { LabWorker } = await code;
removeEventListener('message', keep);
expose(new LabWorker() satisfies SimApi);
for (const { data, ports } of early) dispatchEvent(new MessageEvent('message', { data, ports: [...ports] }));
