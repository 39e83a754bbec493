import { imageFiles } from './kinds/image-files.js';
import { symbolFiles } from './kinds/symbol-files.js';
import { tryKinds } from './try-kinds.js';

tryKinds('symbol-files', symbolFiles);
tryKinds('image-files', imageFiles);
