// Entry of the worker: the machine lives here, the page holds a proxy.
//
//   page ── Comlink ──▶ worker.ts (SimApi) ──▶ LabMachine ──▶ core.wasm
//                            └── chunks of a dump ──▶ Disk (OPFS)
//
// `expose` has to run while the module is evaluated: calls that arrive before it are lost.
import { expose } from 'comlink';
import { LabWorker } from './lab-worker.js';
import type { SimApi } from './sim-api.js';

expose(new LabWorker() satisfies SimApi);
