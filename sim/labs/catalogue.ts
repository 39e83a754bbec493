import * as v from 'valibot';
import busyDriver from './catalogue/busy-driver.json';
import busyProcess from './catalogue/busy-process.json';
import handleLeak from './catalogue/handle-leak.json';
import hiddenProcess from './catalogue/hidden-process.json';
import hungFilter from './catalogue/hung-filter.json';
import hungServer from './catalogue/hung-server.json';
import injectedCode from './catalogue/injected-code.json';
import mutantChain from './catalogue/mutant-chain.json';
import poolLeak from './catalogue/pool-leak.json';
import resourceDeadlock from './catalogue/resource-deadlock.json';
import stuckIrp from './catalogue/stuck-irp.json';
import tokenSwap from './catalogue/token-swap.json';
import { labSchema, type Lab } from './schema.js';

const files = [
  busyProcess,
  handleLeak,
  tokenSwap,
  injectedCode,
  hiddenProcess,
  poolLeak,
  stuckIrp,
  busyDriver,
  mutantChain,
  hungServer,
  resourceDeadlock,
  hungFilter,
];

/** The labs that come with the machine, the easiest first. */
export const LABS: readonly Lab[] = files.map((file) => v.parse(labSchema, file));
