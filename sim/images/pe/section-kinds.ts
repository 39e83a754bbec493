import {
  IMAGE_SCN_CNT_CODE as CODE,
  IMAGE_SCN_CNT_INITIALIZED_DATA as DATA,
  IMAGE_SCN_CNT_UNINITIALIZED_DATA as EMPTY,
  IMAGE_SCN_MEM_DISCARDABLE as DISCARDABLE,
  IMAGE_SCN_MEM_EXECUTE as EXECUTE,
  IMAGE_SCN_MEM_NOT_PAGED as NOT_PAGED,
  IMAGE_SCN_MEM_READ as READ,
  IMAGE_SCN_MEM_WRITE as WRITE,
} from './constants.js';

const READ_ONLY = (DATA | READ | NOT_PAGED) >>> 0;
const WRITABLE = (DATA | READ | WRITE | NOT_PAGED) >>> 0;

/** IMAGE_SCN_* of each section a module may have. */
const CHARACTERISTICS: Record<string, number> = {
  '.text': CODE | EXECUTE | READ | NOT_PAGED,
  PAGE: CODE | EXECUTE | READ,
  POOLCODE: CODE | EXECUTE | READ | NOT_PAGED,
  KVASCODE: CODE | EXECUTE | READ | NOT_PAGED,
  INIT: CODE | EXECUTE | READ | DISCARDABLE,
  '.rdata': READ_ONLY,
  '.pdata': READ_ONLY,
  '.idata': READ_ONLY,
  '.edata': DATA | READ,
  GFIDS: DATA | READ,
  '.data': WRITABLE,
  ALMOSTRO: WRITABLE,
  PAGEDATA: (DATA | READ | WRITE) >>> 0,
  CFGRO: WRITABLE,
  '.rsrc': DATA | READ | DISCARDABLE,
  '.reloc': DATA | READ | DISCARDABLE,
};

const DRIVER_ORDER = [
  '.text', '.rdata', '.data', 'ALMOSTRO', 'CFGRO', 'PAGEDATA', '.pdata', '.idata', '.edata', 'PAGE', 'POOLCODE', 'GFIDS', 'INIT',
  '.rsrc', '.reloc',
]; // prettier-ignore

/** Sections of the kernel by protection: each group starts a large page. */
const KERNEL_GROUPS = [
  ['.rdata', '.pdata', '.idata', '.edata', 'GFIDS', '.rsrc', '.reloc'],
  ['.text', 'PAGE', 'POOLCODE', 'KVASCODE', 'INIT'],
  ['.data', 'ALMOSTRO', 'CFGRO', 'PAGEDATA'],
];

export function characteristicsOf(section: string): number {
  const found = CHARACTERISTICS[section];
  if (found === undefined) throw new Error(`no section is called ${section}`);
  return found;
}

/** Section names in the order of their addresses, in groups that must not share a large page. */
export function sectionGroups(alignment: 'page' | 'large-page'): readonly (readonly string[])[] {
  return alignment === 'large-page' ? KERNEL_GROUPS : [DRIVER_ORDER];
}

/** What fills the rest of a group's last large page has the protection of the section before it. */
export function paddingCharacteristics(before: number): number {
  const protection = before & (EXECUTE | READ | WRITE | NOT_PAGED | CODE);
  return (protection & CODE ? protection : protection | EMPTY) >>> 0;
}
