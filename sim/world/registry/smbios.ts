// The SMBIOS table that the firmware of the machine has, as the mssmbios driver keeps it in the registry: the header
// of RawSMBIOSData (Microsoft, "GetSystemFirmwareTable"), then structures of DMTF DSP0134 3.2.0, numbers by its tables.
import type { Kernel } from '../../machine/machine.js';
import firmware from '../catalogue/firmware.json';

const MB = 1024 * 1024;
const KB = 1024;
const ROM_UNIT = 64 * KB;
/** From this many megabytes on a size is in the field for large ones. */
const LARGE_MB = 0x7fff;
const END_OF_TABLE = 127;
const UNKNOWN = 2;
const NO_ERROR_HANDLE = 0xfffe;

/** A structure of the table: its formatted part grows field by field, its texts are numbered from 1. */
class Structure {
  readonly #bytes: number[];
  readonly #texts: string[] = [];

  constructor(type: number, handle: number) {
    this.#bytes = [type, 0];
    this.word(handle);
  }

  byte(...values: number[]): this {
    this.#bytes.push(...values);
    return this;
  }

  word(value: number): this {
    return this.byte(value & 0xff, (value >>> 8) & 0xff);
  }

  dword(value: number): this {
    return this.word(value & 0xffff).word(value >>> 16);
  }

  text(...values: string[]): this {
    for (const value of values) this.byte(this.#texts.push(value));
    return this;
  }

  finish(): number[] {
    this.#bytes[1] = this.#bytes.length;
    const texts = this.#texts.flatMap((text) => [...new TextEncoder().encode(text), 0]);
    return [...this.#bytes, ...(texts.length === 0 ? [0] : texts), 0];
  }
}

/** Value SMBiosData of the mssmbios key, in hexadecimal digits. */
export function smbiosData({ hardware, profile }: Kernel): string {
  const { bios, system, board, chassis, processor, memory, smbios } = firmware;
  let handle = 0;
  const table: number[] = [];
  const add = (type: number, fill: (structure: Structure) => unknown) => {
    const structure = new Structure(type, handle);
    fill(structure);
    table.push(...structure.finish());
    return handle++;
  };
  // 7.1: PCI, flash, shadowing, boot from CD; then ACPI, and UEFI with targeted content.
  add(0, (to) =>
    to.text(bios.vendor, bios.version).word(0).text(bios.releaseDate).byte(bios.romBytes / ROM_UNIT - 1)
      .dword(0x19880).dword(0).byte(0x01, 0x0c, bios.major, bios.minor, 0xff, 0xff).word(bios.romBytes / MB),
  ); // prettier-ignore
  // 7.2: the UUID and the serial number say who a machine belongs to; dumps have none.
  add(1, (to) =>
    to.text(system.manufacturer, system.product, system.version).byte(0).byte(...Array<number>(16).fill(0)).byte(6)
      .text(system.sku, system.family),
  ); // prettier-ignore
  const enclosure = handle + 1;
  add(2, (to) => to.text(board.manufacturer, board.product, board.version).byte(0, 0, 0x09, 0).word(enclosure).byte(0x0a, 0)); // prettier-ignore
  add(3, (to) => to.text(chassis.manufacturer).byte(chassis.type).text(chassis.version).byte(0, 0, 3, 3, 3, 3).dword(0).byte(0, 1, 0, 0)); // prettier-ignore
  // 7.5: a package for each node, as the processor blocks have them.
  const threads = hardware.processors / hardware.nodes;
  for (let i = 0; i < hardware.nodes; i++)
    add(4, (to) =>
      to.text(`${processor.socket}${i === 0 ? '' : i}`).byte(3, 0xc6).text(processor.manufacturer).dword(0).dword(0)
        .text(profile.system.processorName).byte(0x8a).word(processor.externalMHz).word(processor.maxMHz)
        .word(profile.system.processorMHz).byte(0x41, 1).word(0xffff).word(0xffff).word(0xffff).byte(0, 0, 0)
        .byte(threads, threads, threads).word(0xec).word(0xc6).word(threads).word(threads).word(threads),
    ); // prettier-ignore
  const total = hardware.memory / MB;
  // 7.17: on the board, system memory, no correction.
  const array = add(16, (to) => to.byte(3, 3, 3).dword(hardware.memory / KB).word(NO_ERROR_HANDLE).word(memory.slots.length).dword(0).dword(0)); // prettier-ignore
  memory.slots.forEach((slot, i) => {
    const size = i === 0 ? Math.ceil(total / memory.slots.length) : Math.floor(total / memory.slots.length);
    const isLarge = size >= LARGE_MB;
    add(17, (to) =>
      to.word(array).word(NO_ERROR_HANDLE).word(64).word(64).word(isLarge ? LARGE_MB : size).byte(memory.sodimm, 0)
        .text(slot, memory.banks[i]!).byte(memory.ddr4).word(0x80).word(memory.speed).text(memory.manufacturer).byte(0, 0, 0)
        .byte(0).dword(isLarge ? size : 0).word(memory.speed).word(0).word(0).word(0),
    ); // prettier-ignore
  });
  add(19, (to) =>
    to
      .dword(0)
      .dword(hardware.memory / KB - 1)
      .word(array)
      .byte(UNKNOWN),
  );
  add(32, (to) => to.byte(0, 0, 0, 0, 0, 0, 0));
  add(END_OF_TABLE, () => undefined);
  const header = [0, smbios.major, smbios.minor, 0, table.length & 0xff, (table.length >>> 8) & 0xff, 0, 0];
  return [...header, ...table].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
