import { hex } from '../../format/numbers.js';
import type { Session } from '../../session.js';
import type { Processor } from '../../target/processor.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd, expectNoOption, expectOptions } from '../refuse.js';
import { queuedCalls } from './deferred-calls.js';

/** `!pcr`, `!prcb`: a processor's control region. */
export const processorRegion: Command = {
  names: ['!pcr', '!prcb'],
  run({ session, print }, args, name) {
    const rest = new Arguments(session, args);
    expectNoOption(name, rest);
    const number = Number(rest.optionalValue() ?? BigInt(session.processor));
    expectEnd(name, rest);
    const processor = session.target.processors[number];
    if (!processor) throw new CommandError(`Cannot get PRCB address of processor ${number}\n`);
    const view = new TypedView(session, '_KPRCB', processor.prcb);
    print(name === '!pcr' ? regionText(session, number, processor, view) : blockText(session, number, view));
  },
};

/** NT_TIB lies where x64 keeps the processor's tables: WinDbg tells the same bytes by these names. */
const TIB_ROWS: readonly [label: string, field: string][] = [
  ['NtTib.ExceptionList', 'NtTib.ExceptionList'],
  ['NtTib.StackBase', 'NtTib.StackBase'],
  ['NtTib.StackLimit', 'NtTib.StackLimit'],
  ['NtTib.SubSystemTib', 'NtTib.SubSystemTib'],
  ['NtTib.Version', 'NtTib.Version'],
  ['NtTib.UserPointer', 'NtTib.ArbitraryUserPointer'],
  ['NtTib.SelfTib', 'NtTib.Self'],
];
/** Of the interrupt controller of x86: x64 has no such fields, and WinDbg shows zero. */
const X86_ROWS = ['IRR', 'IDR', 'InterruptMode'];

/** `!pcr`: WinDbg reads some rows by names of x86's fields and shows zero; here they have what x64 keeps there. */
function regionText(session: Session, number: number, { pcr, prcb }: Processor, block: TypedView): string {
  const view = new TypedView(session, '_KPCR', pcr);
  const row = (label: string, value: string) => `${label.padStart(27)}: ${value}\n`;
  const pointer = (label: string, value: bigint) => row(label, hex(value, 16));
  return (
    `KPCR for Processor ${number} at ${hex(pcr, 16)}:\n` +
    `    Major ${view.value('MajorVersion')} Minor ${view.value('MinorVersion')}\n` +
    TIB_ROWS.map(([label, field]) => pointer(label, view.value(field))).join('') +
    `\n${pointer('SelfPcr', view.value('Self'))}${pointer('Prcb', prcb)}${pointer('Irql', view.value('Irql'))}` +
    X86_ROWS.map((label) => pointer(label, 0n)).join('') +
    pointer('IDT', view.value('IdtBase')) +
    pointer('GDT', view.value('GdtBase')) +
    pointer('TSS', view.value('TssBase')) +
    `\n${pointer('CurrentThread', block.value('CurrentThread'))}${pointer('NextThread', block.value('NextThread'))}` +
    `${pointer('IdleThread', block.value('IdleThread'))}\n${row('DpcQueue', dpcRows(session, block))}`
  );
}

/** Waiting calls, each on a line of its own behind the first. */
function dpcRows(session: Session, block: TypedView): string {
  const waiting = queuedCalls(session, block).map(
    ({ view }) => `0x${hex(view.address, 16)} ${session.symbolText(view.value('DeferredRoutine'))}`,
  );
  return waiting.join(`\n${' '.repeat(29)}`);
}

/** `!prcb`. */
function blockText(session: Session, number: number, view: TypedView): string {
  const pointer = (field: string) => hex(view.value(field), 16);
  const count = (field: string) => hex(view.value(field), 8);
  const irql = new TypedView(session, '_KPCR', session.target.processors[number]!.pcr).value('Irql');
  return (
    `PRCB for Processor ${number} at ${hex(view.address, 16)}:\n` +
    `Current IRQL -- ${irql}\n` +
    `Threads--  Current ${pointer('CurrentThread')} Next ${pointer('NextThread')} Idle ${pointer('IdleThread')}\n` +
    `Processor Index ${view.value('Number')} Number (${view.value('Group')}, ${view.value('GroupIndex')}) ` +
    `GroupSetMember ${hex(view.value('GroupSetMember'))}\n` +
    `Interrupt Count -- ${count('InterruptCount')}\n` +
    `Times -- Dpc    ${count('DpcTime')} Interrupt ${count('InterruptTime')} \n` +
    `         Kernel ${count('KernelTime')} User      ${count('UserTime')} \n`
  );
}

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
