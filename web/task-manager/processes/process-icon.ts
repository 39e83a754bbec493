import type { TemplateResult } from 'lit';
import type { ProcessRow } from '../../../sim/worker/sim-api.js';
import { icon } from '../../icons/icon.js';

/** Programs that have a picture of their own; all others show Windows' plain window. */
const ICONS: Readonly<Record<string, string>> = {
  'taskmgr.exe': 'task-manager',
  'explorer.exe': 'file-explorer',
};

export function processIcon({ imageName }: ProcessRow): TemplateResult {
  return icon(ICONS[imageName.toLowerCase()] ?? 'process');
}
