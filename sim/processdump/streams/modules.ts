import type { DumpPrefix } from '../dump-prefix.js';
import { imageFacts } from '../image-facts.js';
import type { ModuleReading, Readings } from '../readings.js';
import { sizeOf, structure } from '../structure.js';

/** The list of modules, with what each image in memory says of itself. */
export function writeModules(
  prefix: DumpPrefix,
  readings: Readings,
  modules: readonly ModuleReading[],
): void {
  const size = sizeOf('MINIDUMP_MODULE');
  const count = new Uint8Array(4);
  new DataView(count.buffer).setUint32(0, modules.length, true);
  const rva = prefix.stream('ModuleListStream', count, ...modules.map(() => new Uint8Array(size)));
  modules.forEach(({ base, size: imageBytes, path }, index) => {
    const facts = imageFacts((at, length) => readings.memory(base + BigInt(at), length));
    const { codeView, version } = facts;
    const entry = structure('MINIDUMP_MODULE', {
      BaseOfImage: base,
      SizeOfImage: imageBytes,
      CheckSum: facts.checkSum,
      TimeDateStamp: facts.timeDateStamp,
      ModuleNameRva: prefix.string(path),
      ...(version ? { VersionInfo: version } : {}),
      ...(codeView ? { CvRecordSize: codeView.length, CvRecordRva: prefix.append(codeView) } : {}),
    });
    prefix.set(rva + 4 + index * size, entry);
  });
}
