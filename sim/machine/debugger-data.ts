import formats from '../profiles/formats/dump-header.json';
import type { FieldLayout } from '../profiles/profile.js';
import type { Core } from './core.js';
import type { KernelImages } from './kernel-images.js';
import type { Profile } from './profile.js';

const BLOCK = '_KDDEBUGGER_DATA64';

/**
 * Fills nt!KdDebuggerDataBlock. Each field of the profile's data is a number, `symbol Name[+0x10]` (its address),
 * `image base` or `pte base`; fields not named are 0.
 */
export function fillDebuggerData(core: Core, profile: Profile, images: KernelImages): void {
  const { size, fields } = formats.types[BLOCK];
  const block = new DataView(new ArrayBuffer(size));
  for (const [name, rule] of Object.entries(profile.debuggerData)) {
    const [offset, type] = (fields as unknown as Record<string, FieldLayout>)[name]!;
    const value = valueOf(rule, core, images);
    if (type === 'u64') block.setBigUint64(offset, value, true);
    else if (type === 'u32') block.setUint32(offset, Number(value), true);
    else if (type === 'u16') block.setUint16(offset, Number(value), true);
    else block.setUint8(offset, Number(value));
  }
  core.putBytes(new Uint8Array(block.buffer));
  core.exports.memoryWrite(images.address('nt!KdDebuggerDataBlock'), size);
}

function valueOf(rule: string | number, core: Core, images: KernelImages): bigint {
  if (typeof rule === 'number') return BigInt(rule);
  const [kind, argument = ''] = rule.split(' ') as [string, string?];
  switch (kind) {
    case 'symbol': {
      const [symbol, addend = '0'] = argument.split('+');
      return images.address(`nt!${symbol}`) + BigInt(addend);
    }
    case 'image':
      return images.get('nt').base;
    case 'pte':
      return core.exports.memoryPteBase();
    default:
      throw new Error(`no rule for a debugger data field: ${rule}`);
  }
}
