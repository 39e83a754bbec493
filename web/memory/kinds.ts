import { text } from './text.js';

/** Colour of each kind of frame on a light and on a dark ground, in the order of the legend. */
const COLOURS: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  processPrivate: ['#2f7fd1', '#4a9be8'],
  sharedSection: ['#0b9aa0', '#26b8be'],
  mappedFile: ['#3f9142', '#5fb762'],
  userPageTable: ['#1c4f8f', '#7db2ee'],
  nonPagedPool: ['#c2410c', '#f07a3c'],
  pagedPool: ['#d99a1c', '#e8b445'],
  kernelStack: ['#b5277d', '#e066ae'],
  driver: ['#7a4bc0', '#a57be8'],
  pageTable: ['#8c1d18', '#e0645c'],
  pfnDatabase: ['#6d5a2e', '#bba568'],
  systemPte: ['#a05a9c', '#cf8fcb'],
  session: ['#5b6abf', '#8f9cec'],
  otherKernel: ['#4a4a4a', '#b8b8b8'],
  fileCache: ['#7aa52a', '#a6d150'],
  lent: ['#ff5fa2', '#ff8fbe'],
  transition: ['#d0c000', '#efe04a'],
  active: ['#111111', '#eeeeee'],
  required: ['#111111', '#eeeeee'],
  important: ['#111111', '#eeeeee'],
  modified: ['#e0a0a0', '#8a5252'],
  modifiedNoWrite: ['#d07878', '#a86060'],
  standby: ['#a9cfa9', '#46684a'],
  free: ['#c4d3e2', '#3f4f61'],
  zeroed: ['#e2e9f0', '#2b333d'],
  bad: ['#ff0000', '#ff4040'],
  hypervisor: ['#00695c', '#2fb3a2'],
  hypervisorNonessential: ['#67a89f', '#3f7f76'],
  secureKernel: ['#263238', '#90a4ae'],
};

/** What Windows may give to others at once. */
export const AVAILABLE: ReadonlySet<string> = new Set(['zeroed', 'free', 'standby']);
/** Lists of pages that are in use by nobody, though they must be written first. */
export const MODIFIED: ReadonlySet<string> = new Set(['modified', 'modifiedNoWrite']);
/** Memory that Windows has not. */
export const BESIDE: ReadonlySet<string> = new Set(['hypervisor', 'hypervisorNonessential', 'secureKernel']);

/** Kinds in the order of the legend. */
export const KIND_ORDER: readonly string[] = Object.keys(COLOURS);

export function colourOf(kind: string | undefined, isDark: boolean): string {
  return kind === undefined ? 'transparent' : COLOURS[kind]![isDark ? 1 : 0];
}

export function titleOf(kind: string | undefined): string {
  return kind === undefined ? text.noMemory : text.kinds[kind]!;
}

/** The colour in both schemes, for style sheets. */
export function cssColourOf(kind: string): string {
  const [light, dark] = COLOURS[kind]!;
  return `light-dark(${light}, ${dark})`;
}
