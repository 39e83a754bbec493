import type { Capture } from '../livedump/capture.js';
import type { DumpFormat, DumpKind } from '../livedump/options.js';

/** What the dump that was captured last holds, by class of page. */
export interface TruthDump {
  kind: DumpKind;
  format: DumpFormat;
  userPages: boolean;
  hypervisorPages: boolean;
  nonessentialPages: boolean;
  /** Most pages that it was to hold, where there was a bound. */
  pageBudget?: number;
  pages: number;
  /** Pages in use by what they are; none where the format holds all of physical memory. */
  classes: TruthClass[];
}

export interface TruthClass {
  name: string;
  pages: number;
  captured: number;
  /** Frames that the dump lacks: `6656+12` are twelve, the first with number 6656. */
  missing: string[];
}

export function truthOfDump({ options, pages, contents }: Capture): TruthDump {
  const { kind, format, userPages, hypervisorPages, nonessentialPages, pageBudget } = options;
  return {
    kind,
    format,
    userPages,
    hypervisorPages,
    nonessentialPages,
    ...(pageBudget !== undefined && { pageBudget }),
    pages,
    classes: contents.map(({ missing, ...numbers }) => ({
      ...numbers,
      missing: missing.map(([first, count]) => `${first}+${count}`),
    })),
  };
}
