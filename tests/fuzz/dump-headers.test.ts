import { dumpHeaders } from './kinds/dump-headers.js';
import { tryKinds } from './try-kinds.js';

tryKinds('dump-headers', dumpHeaders);
