import { processDumps } from './kinds/process-dumps.js';
import { tryKinds } from './try-kinds.js';

tryKinds('process-dumps', processDumps);
