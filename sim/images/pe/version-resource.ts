import { ByteWriter } from '../byte-writer.js';
import type { ModuleSpec } from '../spec.js';
import { IMAGE_DIRECTORY_ENTRY_RESOURCE } from './constants.js';
import type { Draft } from './draft.js';
import { characteristicsOf } from './section-kinds.js';

const RT_VERSION = 16;
const NAME = 1;
const LANGUAGE = 0x409;
const CODE_PAGE = 0x4b0;
const SUBDIRECTORY = 0x80000000;
const DIRECTORY_SIZE = 16 + 8;
const DATA_ENTRY_SIZE = 16;
/** Bytes of the three levels of directories, each with one entry, and the one data entry. */
const TREE_SIZE = 3 * DIRECTORY_SIZE + DATA_ENTRY_SIZE;

const FIXED_FILE_INFO_SIGNATURE = 0xfeef04bd;
const VOS_NT_WINDOWS32 = 0x40004;
const VFT_APP = 1;
const VFT_DLL = 2;
const VFT_DRV = 3;
const VFT2_DRV_SYSTEM = 7;

/** Version of images whose specification names none. */
const DEFAULT_VERSION = [10, 0, 22621, 2428] as const;

/** Writes `.rsrc` with the one resource that debuggers look at, the version. */
export function writeVersionResource(draft: Draft, spec: ModuleSpec): void {
  const section = draft.section('.rsrc', characteristicsOf('.rsrc'));
  const { bytes } = section.define('$resources');
  const version = encodeVersionInfo(spec);
  [RT_VERSION, NAME, LANGUAGE].forEach((id, level) => {
    const next = DIRECTORY_SIZE * (level + 1);
    bytes.u32(0).u32(0).u16(0).u16(0).u16(0).u16(1); // no named entry, one by number
    bytes.u32(id).u32(level < 2 ? (SUBDIRECTORY | next) >>> 0 : next);
  });
  section.rva('$version');
  bytes.u32(version.length).u32(0).u32(0);
  bytes.fill(TREE_SIZE - bytes.length);
  section.define('$version');
  bytes.append(version);
  draft.directories.push({ index: IMAGE_DIRECTORY_ENTRY_RESOURCE, target: '$resources', size: bytes.length });
}

function encodeVersionInfo(spec: ModuleSpec): Uint8Array {
  const version = (spec.version ?? DEFAULT_VERSION).join('.');
  const strings: [string, string][] = [
    ['CompanyName', 'livedump-lab'],
    ['FileDescription', spec.description],
    ['FileVersion', version],
    ['InternalName', spec.pdb.replace(/\.pdb$/i, extension(spec.file))],
    ['LegalCopyright', 'livedump-lab contributors, MIT licence'],
    ['OriginalFilename', spec.pdb.replace(/\.pdb$/i, extension(spec.file))],
    ['ProductName', 'livedump-lab'],
    ['ProductVersion', version],
  ];
  const out = new ByteWriter(1024);
  block(out, 'VS_VERSION_INFO', fixedFileInfo(spec), () => {
    block(out, 'StringFileInfo', undefined, () => {
      block(out, `0${LANGUAGE.toString(16)}0${CODE_PAGE.toString(16)}`, undefined, () => {
        for (const [key, value] of strings) block(out, key, value);
      });
    });
    block(out, 'VarFileInfo', undefined, () => {
      block(out, 'Translation', new ByteWriter().u16(LANGUAGE).u16(CODE_PAGE).bytes);
    });
  });
  return out.bytes.slice();
}

function extension(file: string): string {
  return file.slice(file.lastIndexOf('.')).toLowerCase();
}

/** One node of the version tree: length, length of value, whether it is text, key, value, children. */
function block(
  out: ByteWriter,
  key: string,
  value: string | Uint8Array | undefined,
  children?: () => void,
): void {
  out.align(4);
  const start = out.length;
  const isText = !(value instanceof Uint8Array);
  const valueLength = value === undefined ? 0 : typeof value === 'string' ? value.length + 1 : value.length;
  out
    .u16(0)
    .u16(valueLength)
    .u16(isText ? 1 : 0)
    .utf16(`${key}\0`)
    .align(4);
  if (typeof value === 'string') out.utf16(`${value}\0`);
  else if (value) out.append(value);
  children?.();
  out.setU16(start, out.length - start);
}

function fixedFileInfo(spec: ModuleSpec): Uint8Array {
  const [major, minor, build, revision] = spec.version ?? DEFAULT_VERSION;
  const high = (major << 16) | minor;
  const low = (build << 16) | revision;
  const type = { kernel: VFT_APP, driver: VFT_DRV, dll: VFT_DLL, program: VFT_APP, hypervisor: VFT_APP }[
    spec.kind
  ];
  const out = new ByteWriter();
  out.u32(FIXED_FILE_INFO_SIGNATURE).u32(0x10000);
  out.u32(high).u32(low).u32(high).u32(low).u32(0x3f).u32(0).u32(VOS_NT_WINDOWS32);
  out
    .u32(type)
    .u32(spec.kind === 'driver' ? VFT2_DRV_SYSTEM : 0)
    .u32(0)
    .u32(0);
  return out.bytes;
}
