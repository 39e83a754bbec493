import { hex } from '../../format/numbers.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd, expectNoOption } from '../refuse.js';

const HEADING = 'CP  F/M/S Manufacturer  MHz PRCB Signature    MSR 8B Signature Features\n';

/** `!cpuinfo`: what the processors are. */
export const processorInfo: Command = {
  names: ['!cpuinfo'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    expectNoOption('!cpuinfo', rest);
    const wanted = rest.optionalValue();
    expectEnd('!cpuinfo', rest);
    const prcbs = prcbsOf(session).filter(([number]) => wanted === undefined || BigInt(number) === wanted);
    if (prcbs.length === 0)
      throw new CommandError(`There is no processor ${hex(wanted ?? 0n)} in the dump.\n`);
    print(HEADING);
    for (const [number, view] of prcbs) {
      const { family, model, stepping, vendor, mhz, signature, features } = factsOf(view);
      const [manufacturer, ids] = [vendor.padEnd(12), `${family},${model},${stepping}`];
      print(
        `${String(number).padStart(2)} ${ids.padStart(6)} ${manufacturer} ${String(mhz).padStart(4)} ${hex(signature, 16)} ` +
          `>${hex(signature, 16)}<${hex(features, 8)}\n`,
      );
      print(`                      Cached Update Signature ${hex(signature, 16)}\n`);
    }
  },
};

/** What `!sysinfo` shows; each by the word that asks for it. */
const SUBJECTS: Readonly<Record<string, (session: Session) => string>> = {
  cpuinfo: processorText,
  cpuspeed: speedText,
  cpumicrocode: microcodeText,
};
/** Kept by firmware or read from registers, which a dump has none of. */
const NOT_HERE: Readonly<Record<string, string>> = {
  machineid: 'the SMBIOS table',
  smbios: 'the SMBIOS table',
  gbl: "the firmware's list of ACPI tables",
  registers: 'model-specific registers',
};

/** `!sysinfo`: what the machine is. */
export const systemInfo: Command = {
  names: ['!sysinfo'],
  run({ session, print }, args) {
    const [subject = '', ...options] = args.trim().split(/\s+/);
    const words = [...Object.keys(SUBJECTS), ...Object.keys(NOT_HERE)].sort();
    if (subject === '' || subject === '-?') return print(`!sysinfo ${words.join('|')}\n`);
    const text = SUBJECTS[subject.toLowerCase()];
    const missing = NOT_HERE[subject.toLowerCase()];
    if (missing !== undefined) throw new CommandError(`sysinfo: could not find ${missing} in this dump.\n`);
    if (text === undefined)
      throw new CommandError(`sysinfo: unknown subject ${subject}. Known: ${words.join(', ')}.\n`);
    const odd = options.find((option) => option !== '');
    if (odd !== undefined) throw new CommandError(`Option ${odd} of !sysinfo is not supported here.\n`);
    print(text(session));
  },
};

interface ProcessorFacts {
  family: number;
  model: number;
  stepping: number;
  vendor: string;
  mhz: number;
  signature: bigint;
  features: bigint;
}

function factsOf(view: TypedView): ProcessorFacts {
  const byte = (field: string) => Number(view.value(field) & 0xffn);
  return {
    family: byte('CpuType'),
    model: byte('CpuModel'),
    stepping: byte('CpuStepping'),
    vendor: view.text('VendorString'),
    mhz: view.number('MHz'),
    signature: view.value('UpdateSignature.QuadPart'),
    features: view.value(view.has('FeatureBits') ? 'FeatureBits' : 'FeatureBitsUnused') & 0xffffffffn,
  };
}

function prcbsOf(session: Session): [number, TypedView][] {
  return session.target.processors.flatMap((processor, number): [number, TypedView][] =>
    processor ? [[number, new TypedView(session, '_KPRCB', processor.prcb)]] : [],
  );
}

function firstProcessor(session: Session): ProcessorFacts {
  const [first] = prcbsOf(session);
  if (!first) throw new CommandError('The dump has no processor block.\n');
  return factsOf(first[1]);
}

function processorText(session: Session): string {
  const { family, model, stepping, vendor, mhz, signature } = firstProcessor(session);
  const name = vendor === 'AuthenticAMD' ? 'AMD64' : 'Intel64';
  return (
    `[CPU Information]\n~MHz = REG_DWORD ${mhz}\n` +
    `Identifier = REG_SZ ${name} Family ${family} Model ${model} Stepping ${stepping}\n` +
    `Update Signature = REG_BINARY ${[...Array(8).keys()].map((i) => hex((signature >> BigInt(i * 8)) & 0xffn)).join(',')}\n` +
    `VendorIdentifier = REG_SZ ${vendor}\n`
  );
}

function speedText(session: Session): string {
  return `CurrentSpeed: ${firstProcessor(session).mhz}\n`;
}

function microcodeText(session: Session): string {
  const { signature, vendor } = firstProcessor(session);
  if (vendor !== 'GenuineIntel')
    throw new CommandError('sysinfo: only processors of GenuineIntel have it.\n');
  return `Cached Microcode Version: ${hex(signature >> 32n, 8)}\n`;
}
