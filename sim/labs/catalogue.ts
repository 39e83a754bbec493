import * as v from 'valibot';
import handleLeak from './catalogue/handle-leak.json';
import hiddenProcess from './catalogue/hidden-process.json';
import hungFilter from './catalogue/hung-filter.json';
import injectedCode from './catalogue/injected-code.json';
import mutantChain from './catalogue/mutant-chain.json';
import poolLeak from './catalogue/pool-leak.json';
import resourceDeadlock from './catalogue/resource-deadlock.json';
import stuckIrp from './catalogue/stuck-irp.json';
import tokenSwap from './catalogue/token-swap.json';
import { labSchema, type Lab } from './schema.js';

const files = [
  handleLeak,
  tokenSwap,
  injectedCode,
  hiddenProcess,
  poolLeak,
  stuckIrp,
  mutantChain,
  resourceDeadlock,
  hungFilter,
];

/** The labs that come with the machine, the easiest first. */
export const LABS: readonly Lab[] = files.map((file) => v.parse(labSchema, file));
