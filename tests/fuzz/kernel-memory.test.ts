import { kernelMemory } from './kinds/kernel-memory.js';
import { tryKinds } from './try-kinds.js';

tryKinds('kernel-memory', kernelMemory);
