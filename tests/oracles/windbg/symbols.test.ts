// The symbols as a session uses them: found by their keys, complete, and with memory behind what debuggers read.
import { beforeAll, expect, it } from 'vitest';
import types from '../../../sim/profiles/win11-22631/types.json' with { type: 'json' };
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';
import { describeWith } from '../../support/tools.js';
import reads from '../pdb/debugger-reads.json' with { type: 'json' };
import { address, complaints } from './answers.js';
import { answerTo, runWindbg, WINDBG, type Transcript } from './engine.js';
import { expectedTree, shownTree, type Layouts } from './walks/type-tree.js';

const globals = reads.globals.map((name) => (name.includes('!') ? name : `nt!${name}`));
/** Heads of lists that are never absent: an empty one points at itself. */
const heads = ['PsActiveProcessHead', 'PsLoadedModuleList', 'HandleTableListHead', 'ExpSystemResourcesList',
  'IopErrorLogListHead', 'CmpHiveListHead', 'KeBugCheckCallbackListHead', 'KeBugCheckReasonCallbackListHead',
  'KeBugCheckAddRemovePagesCallbackListHead', 'PspActivePartitionListHead', 'VfSuspectDriversList',
  'ViVerifierDriverAddedThunkListHead', 'CcCleanSharedCacheMapList', 'PspJobList'].map((name) => `nt!${name}`); // prettier-ignore
/** What cannot be zero on a running machine. */
const set = ['PsInitialSystemProcess', 'PsIdleProcess', 'PspCidTable', 'ObpKernelHandleTable', 'ObpRootDirectoryObject',
  'ObpTypeObjectType', 'ObTypeIndexTable+10', 'MmPfnDatabase', 'MmPteBase', 'MmPhysicalMemoryBlock', 'MiVisibleState',
  'KeMaximumIncrement', 'KeNumberProcessors', 'KiProcessorBlock', 'PoolTrackTable', 'PoolBigPageTable', 'PsNtosImageBase',
  'PspSystemPartition', 'IopRootDeviceNode', 'AlpcPortObjectType', 'SeSystemTokenSource', 'ExpBuiltinPriorities',
  'KiIsrThunk', 'KiInterruptInitTable', 'NtBuildLab', 'KdVersionBlock', 'KeFeatureBits', 'MiFlags', 'SeLocalSystemSid',
  'SeSystemDefaultDacl', 'PspSystemQuotaBlock+8', 'KeServiceDescriptorTableShadow+20', 'PspCreateProcessNotifyRoutine'].map((name) => `nt!${name}`); // prettier-ignore
/** Routines of other modules that nt's variables lead to, as their names must be shown. */
const routines: Readonly<Record<string, string>> = {
  'ln poi(nt!SeCiCallbacks+8)': 'CI!CiSetFileCache',
  'ln poi(nt!SeCiCallbacks+20)': 'CI!CiValidateImageHeader',
  'ln poi(nt!KeServiceDescriptorTableShadow+20)': 'win32k!W32pServiceTable',
  'ln poi((poi(nt!PspCreateProcessNotifyRoutine)&fffffffffffffff0)+8)': 'cng!CngCreateProcessNotifyRoutine',
  'ln poi((poi(nt!PspCreateProcessNotifyRoutine+8)&fffffffffffffff0)+8)':
    'ksecdd!KsecCreateProcessNotifyRoutine',
};
const bytesOf = (name: string) => `dq ${name} L1`;
const backLink = (head: string) => `? (poi(poi(${head})+8)-${head})|(poi(poi(${head}+8))-${head})`;

describeWith([WINDBG], "symbols in WinDbg's engine", () => {
  let made: GeneratedDump;
  let transcript: Transcript;
  const answer = (command: string) => answerTo(transcript, command).output;

  beforeAll(async () => {
    made = generateDump(['--scenario', 'baseline', '--machine', 'tiny', '--seed', '2', '--kind', 'full']);
    transcript = await runWindbg(made.dump, made.symbols, made.symbols, [
      '!sym noisy',
      '.reload /f',
      '!sym quiet',
      'lm',
      ...made.truth.modules.map(({ name }) => `lmv m ${name}`),
      'x /t /v nt!*',
      'dt -r2 nt!_EPROCESS',
      'dt nt!_KTHREAD',
      'dx -r1 (nt!_EPARTITION*)*(unsigned __int64*)&nt!PspSystemPartition',
      'dx -r0 *(nt!_EPROCESS**)&nt!PsInitialSystemProcess',
      ...globals.map(bytesOf),
      ...set.map(bytesOf),
      ...heads.map(backLink),
      ...Object.keys(routines),
      'dt nt!_EPROCESS QuotaBlock poi(nt!PsInitialSystemProcess)',
    ]);
  });

  it('loads every module again without an error', () => {
    const output = answer('.reload /f');
    expect(output).not.toMatch(/error|could not|unable|mismatch/i);
    const modules = [...answer('lm').matchAll(/^[0-9a-f`]{17} [0-9a-f`]{17}\s+(\S+)\s+\((.*?)\)/gm)];
    expect(modules).toHaveLength(made.truth.modules.length);
    for (const [, name, kind] of modules) expect(kind, name).toBe('private pdb symbols');
    // Noisy, it says where it found each one: where GUID and age, and stamp and size, say that it is.
    expect(output.match(/DBGHELP: \S+ - private symbols/g)).toHaveLength(modules.length);
    for (const { file, size, timeDateStamp, pdb } of made.truth.modules) {
      const key = `${timeDateStamp.toString(16).padStart(8, '0')}${size.toString(16)}`;
      expect(output.toLowerCase()).toContain(`\\${file}\\${key}\\${file} - OK`.toLowerCase());
      expect(output).toContain(`\\${pdb.name}\\${pdb.guid}${pdb.age}\\${pdb.name}`);
    }
    expect(complaints(transcript.opening)).toEqual([]);
  });

  it('knows what nt is', () => {
    const output = answer('lmv m nt');
    expect(output).toMatch(/Image name: ntkrnlmp\.exe/);
    expect(output).toMatch(/Timestamp:.*reproducible build/i);
    expect(Number(/CheckSum:\s+([0-9A-F]+)/.exec(output)?.[1])).not.toBe(0);
    expect(output).toMatch(/File version:\s+10\.0\.22621\./);
  });

  it('knows the stamp, checksum, size and symbols of each module', () => {
    for (const { name, base, size, timeDateStamp, checkSum, pdb } of made.truth.modules) {
      const output = answer(`lmv m ${name}`);
      const number = (field: string) =>
        parseInt(new RegExp(`${field}:\\s+([0-9A-F]+)`).exec(output)![1]!, 16);
      const [, start, end] = /^([0-9a-f`]{17}) ([0-9a-f`]{17})/m.exec(output)!;
      expect(address(start!), name).toBe(BigInt(base));
      expect(address(end!), name).toBe(BigInt(base) + BigInt(size));
      expect(number('Timestamp'), name).toBe(timeDateStamp);
      expect(number('CheckSum'), name).toBe(checkSum);
      expect(number('ImageSize'), name).toBe(size);
      expect(output, name).toContain(`${pdb.name}\\${pdb.guid}${pdb.age}\\${pdb.name}`);
    }
  });

  it('shows data with types and functions with sizes', () => {
    const output = answer('x /t /v nt!*');
    const data = [...output.matchAll(/^prv global [0-9a-f`]{17} +([0-9a-f]+) (.+) nt!(\w+) = /gm)];
    expect(data.length).toBeGreaterThan(180);
    expect(data.find(([, , , name]) => name === 'KiProcessorBlock')).toMatchObject({
      1: '800',
      2: 'struct _KPRCB *[256]',
    });
    const functions = [...output.matchAll(/^prv func +[0-9a-f`]{17} +([0-9a-f]+) .* nt!(\S+) \(/gm)];
    expect(functions.length).toBeGreaterThan(500);
    expect(functions.filter(([, size]) => parseInt(size!, 16) === 0)).toEqual([]);
  });

  it('shows types as deep as they go', () => {
    const tree = expectedTree(types.types as unknown as Layouts, '_EPROCESS', 2);
    expect(tree.length).toBeGreaterThan(2000);
    expect(shownTree(answer('dt -r2 nt!_EPROCESS'))).toEqual(tree);
    expect(answer('dt nt!_KTHREAD')).toMatch(/ThreadListEntry +: _LIST_ENTRY/);
    const [, process] = /: (0x[0-9a-f]+)/.exec(answer('dx -r0 *(nt!_EPROCESS**)&nt!PsInitialSystemProcess'))!;
    expect(BigInt(process!)).toBe(BigInt(made.truth.processes.find(({ pid }) => pid === 4)!.address));
    expect(answer('dx -r1 (nt!_EPARTITION*)*(unsigned __int64*)&nt!PspSystemPartition')).toContain(process);
  });

  it('has memory behind every global that debuggers read', () => {
    expect(
      globals.filter((name) => !/^[0-9a-f`]{17} {2}[0-9a-f`]{17}$/.test(answer(bytesOf(name)).trim())),
    ).toEqual([]);
    expect(set.filter((name) => !/ {2}(?!0{8}`0{8})/.test(answer(bytesOf(name)).trim()))).toEqual([]);
  });

  it('has routines of drivers where drivers entered them', () => {
    for (const [command, name] of Object.entries(routines)) expect(answer(command), command).toContain(name);
    const [, block] = /QuotaBlock +: (0x[0-9a-f`]+) /.exec(
      answer('dt nt!_EPROCESS QuotaBlock poi(nt!PsInitialSystemProcess)'),
    )!;
    expect(answer('x /t /v nt!*').replaceAll('`', '')).toContain(
      `${block!.slice(2).replace('`', '')}  240 struct _EPROCESS_QUOTA_BLOCK nt!PspSystemQuotaBlock`,
    );
  });

  it('has lists whose links lead back', () => {
    expect(heads.filter((head) => !answer(backLink(head)).includes('Evaluate expression: 0 '))).toEqual([]);
  });
});
