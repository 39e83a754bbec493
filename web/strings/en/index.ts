/** English: what Windows says keeps its words; our own sentences are plain English. */
export * from './boot.js';
export * from './desktop.js';
export * from './task-manager.js';
export * from './processes.js';
export * from './details.js';
export * from './settings.js';
export * from './dump.js';
export * from './event-viewer.js';
export * from './services.js';
export * from './startup-apps.js';
export * from './users.js';
export * from './run-task.js';
export * from './app-history.js';
