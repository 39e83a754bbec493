import { hex } from '../../format/numbers.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd, expectOptions } from '../refuse.js';

/** `!pcr`, `!prcb`: a processor's control region. */
export const processorRegion: Command = {
  names: ['!pcr', '!prcb'],
  run({ session, print }, args, name) {
    const rest = new Arguments(session, args);
    const number = Number(rest.optionalValue() ?? BigInt(session.processor));
    expectEnd(name, rest);
    const processor = session.target.processors[number];
    if (!processor) throw new CommandError(`Cannot get PRCB address of processor ${number}\n`);
    const view = new TypedView(session, '_KPRCB', processor.prcb);
    const row = (label: string, value: string) => `${label.padStart(22)}: ${value}\n`;
    const threads =
      row('CurrentThread', hex(view.value('CurrentThread'), 16)) +
      row('NextThread', hex(view.value('NextThread'), 16)) +
      row('IdleThread', hex(view.value('IdleThread'), 16));
    if (name === '!pcr') {
      const { gdtr, idtr } = processor.special;
      print(
        `KPCR for Processor ${number} at ${hex(processor.pcr, 16)}:\n${row('Prcb', hex(processor.prcb, 16))}`,
      );
      print(row('IdtBase', hex(idtr ?? 0n, 16)) + row('GdtBase', hex(gdtr ?? 0n, 16)) + threads);
      return;
    }
    print(`PRCB for Processor ${number} at ${hex(processor.prcb, 16)}:\n${threads}`);
    print(row('Number', `${view.value('Number')}`) + row('MHz', `${view.value('MHz')}`));
    for (const field of [
      'InterruptCount',
      'KernelTime',
      'UserTime',
      'DpcTime',
      'InterruptTime',
      'DpcRequestSummary',
    ])
      if (view.has(field)) print(row(field, `${view.value(field)}`));
  },
};

const VECTORS = 256;
const GATE_BYTES = 16;

/** `!idt`: interrupt handlers. */
export const interruptTable: Command = {
  names: ['!idt'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const all = expectOptions('!idt', rest, ['a']).includes('a');
    const wanted = rest.optionalValue();
    expectEnd('!idt', rest);
    if (wanted !== undefined && wanted >= VECTORS)
      throw new CommandError(`${hex(wanted)} is not a vector: they go from 0 to ff.\n`);
    const processor = session.target.processors[session.processor];
    if (!processor) throw new CommandError('The processor is not in the dump.\n');
    const base = processor.special['idtr'] ?? 0n;
    print(`\nDumping IDT: ${hex(base, 16)}\n\n`);
    const prcb = new TypedView(session, '_KPRCB', processor.prcb);
    for (let vector = 0; vector < VECTORS; vector++) {
      if (wanted !== undefined && BigInt(vector) !== wanted) continue;
      const bytes = session.memory.read(base + BigInt(vector * GATE_BYTES), GATE_BYTES);
      if (bytes.length < GATE_BYTES) break;
      const view = new DataView(bytes.slice().buffer);
      const at =
        BigInt(view.getUint16(0, true)) |
        (BigInt(view.getUint16(6, true)) << 16n) |
        (BigInt(view.getUint32(8, true)) << 32n);
      const interrupt = prcb.has(`InterruptObject[${vector}]`)
        ? prcb.value(`InterruptObject[${vector}]`)
        : 0n;
      const symbol = session.symbolText(at);
      if (interrupt === 0n && !all && wanted === undefined && (vector >= 0x20 || !symbol)) continue;
      print(`${hex(vector, 2)}:\t${hex(at, 16)} ${interruptText(session, interrupt) || symbol}\n`);
    }
  },
};

function interruptText(session: Session, at: bigint): string {
  if (at === 0n) return '';
  const routine = new TypedView(session, '_KINTERRUPT', at).value('ServiceRoutine');
  return `${session.symbolText(routine)} (KINTERRUPT ${hex(at, 16)})`;
}
