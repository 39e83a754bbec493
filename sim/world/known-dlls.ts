import type { Kernel } from '../machine/machine.js';
import data from './catalogue/known-dlls.json';
import type { UserImages } from './user-images.js';

const DIRECTORY = '\\KnownDlls';

/** Enters the sections of DLLs that every process finds by name in the namespace, as the session manager does. */
export function createKnownDlls({ core, namespace }: Kernel, user: UserImages): void {
  for (const module of data.modules) {
    const dll = user.findDll(module);
    if (!dll) continue;
    const section = namespace.createObject(`${DIRECTORY}\\${dll.image.spec.file}`, 'Section');
    core.exports.sectionFill(section, core.exports.imageArea(dll.index), BigInt(dll.image.sizeOfImage));
  }
}
