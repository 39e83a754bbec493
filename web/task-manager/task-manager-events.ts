import type { ProcessRow } from '../../sim/worker/sim-api.js';
import type { Settings } from '../storage/settings.js';
import type { ProcessCommand } from './process-command.js';

/** The user asks for `command` on `process`. */
export class ProcessCommandEvent extends Event {
  constructor(
    readonly command: ProcessCommand,
    readonly process: ProcessRow,
  ) {
    super('ll-process-command', { bubbles: true, composed: true });
  }
}

/** The user changed a part of the settings. */
export class SettingsChangeEvent extends Event {
  constructor(readonly change: Partial<Settings>) {
    super('ll-settings-change', { bubbles: true, composed: true });
  }
}

/** The user wants to see `folder` in File Explorer, with the file `path` of it selected. */
export class OpenLocationEvent extends Event {
  private constructor(
    readonly folder: string,
    readonly path: string,
  ) {
    super('ll-open-location', { bubbles: true, composed: true });
  }

  static ofFile(path: string): OpenLocationEvent {
    return new OpenLocationEvent(path.slice(0, path.lastIndexOf('\\')), path);
  }
}
