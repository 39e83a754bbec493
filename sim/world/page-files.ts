import type { Kernel } from '../machine/machine.js';
import data from './catalogue/page-files.json';

/** A page file of the machine. */
export interface StagedPageFile {
  /** NT path: `\??\C:\pagefile.sys`. */
  readonly name: string;
  /** Size, pages of 4 KiB. */
  readonly pages: number;
}

const MB = 1024 * 1024;
const PAGE = 4096;

/** Creates the machine's page files. To be called when the system volume is there, before any page goes out. */
export function createPageFiles({ core, hardware }: Kernel): StagedPageFile[] {
  return data.files.map((file) => {
    const megabytes = Math.round((hardware.memory / MB) * file.shareOfMemory);
    const pages = (Math.min(Math.max(megabytes, file.leastMB), file.mostMB) * MB) / PAGE;
    const [bytes] = core.putTexts({ text: file.name, wide: true });
    core.exports.memoryCreatePagingFile(
      core.exports.exchangeBuffer(),
      bytes!,
      pages,
      pages * file.growsTo,
      file.forSuspendedApps,
    );
    return { name: file.name, pages };
  });
}
