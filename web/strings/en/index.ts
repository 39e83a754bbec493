/** English: what Windows says keeps its words; our own sentences are plain English. */
export * from './boot.js';
export * from './desktop.js';
export * from './task-manager.js';
export * from './processes.js';
