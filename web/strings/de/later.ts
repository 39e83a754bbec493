/** What Task Manager's dialogs say, and its pages but for Processes and Performance. */
export * from './details.js';
export * from './settings.js';
export * from './dump.js';
export * from './services.js';
export * from './startup-apps.js';
export * from './users.js';
export * from './run-task.js';
export * from './properties.js';
export * from './app-history.js';
