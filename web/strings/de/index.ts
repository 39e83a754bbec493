/** German: the words of the German Windows where they are known. */
export * from './boot.js';
export * from './desktop.js';
export * from './task-manager.js';
export * from './processes.js';
