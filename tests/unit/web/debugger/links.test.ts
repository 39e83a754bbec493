import { expect, it } from 'vitest';
import { linksOf } from '../../../../web/debugger/links.js';
import { Transcript } from '../../../../web/debugger/transcript.js';

/** Links of an answer: text and command, line by line. */
function linksIn(typed: string, answer: string): [string, string][] {
  const transcript = new Transcript();
  transcript.command('0: kd> ', typed);
  transcript.append(answer);
  return Array.from({ length: transcript.length }, (_, number) =>
    linksOf(transcript, number).map(({ start, end, command }): [string, string] => [
      transcript.text(number).slice(start, end),
      command,
    ]),
  ).flat();
}

// Answers as WinDbg writes them; addresses are made up.
it.each([
  [
    'lm',
    'start             end                 module name\nfffff801`10000000 fffff801`11046000   nt         (pdb symbols)',
    [['nt', 'lmvm nt']],
  ],
  [
    '!process 0 0',
    'PROCESS ffffa00000001080\n    SessionId: 1  Cid: 1c18    Peb: 401dd00000  ParentCid: 1c10\n' +
      '    DirBase: 08ec6000  ObjectTable: ffffa806bdd09b60  HandleCount: 640.',
    [
      ['ffffa00000001080', '!process ffffa00000001080 7'],
      ['1c10', '!process 1c10 0'],
    ],
  ],
  [
    '!devobj ffffa00000003080',
    'Device object (ffffa00000003080) is for:\n DR0 \\Driver\\disk DriverObject ffffa00000004080\n' +
      'SecurityDescriptor ffffa00000005080 DevExt ffffa00000006080 DevObjExt ffffa00000007080 DevNode ffffa00000008080 \n' +
      'AttachedDevice (Upper) ffffa00000009080 \\Driver\\partmgr',
    [
      ['ffffa00000004080', '!drvobj ffffa00000004080 2'],
      ['ffffa00000005080', '!sd ffffa00000005080 & -10 1'],
      ['ffffa00000008080', '!devnode ffffa00000008080'],
      ['ffffa00000009080', '!devobj ffffa00000009080'],
    ],
  ],
  [
    '!devstack ffffa00000003080',
    '> ffffa00000003080  \\Driver\\disk       ffffa00000004080  DR0',
    [['ffffa00000003080', '!devobj ffffa00000003080']],
  ],
  [
    '!apc',
    '    Thread ffffa00000002080 ApcStateIndex 0 ApcListHead ffffa00000002128 [USER]\n        KAPC @ ffffa00000005080',
    [
      ['ffffa00000002080', '!thread ffffa00000002080'],
      ['ffffa00000005080', '!apc ffffa00000005080'],
    ],
  ],
  [
    '!timer',
    ' 65 ffffad8238e98d20 P  29049ab0 00000019 [ 5/ 4/2026 10:58:27.235]  nt!KiDpcWatchdog\n' +
      '    ffffad8238f86180    260a4670 00000019 [ 5/ 4/2026 10:58:22.239]  thread ffffad8238f86080',
    [
      ['ffffad8238e98d20', '!timer ffffad8238e98d20'],
      ['ffffad8238f86180', '!timer ffffad8238f86180'],
      ['ffffad8238f86080', '!thread ffffad8238f86080'],
    ],
  ],
  [
    'dt nt!_OBJECT_HEADER ffffad8239032050',
    '   +0x028 SecurityDescriptor : 0xffffcf80`f420407f Void',
    [['0xffffcf80`f420407f', '!sd 0xffffcf80`f420407f & -10 1']],
  ],
  [
    'kn',
    ' # Child-SP          RetAddr               Call Site\n' +
      '00 ffffab01`40f5df40 fffff806`26c05164     nt!KeBugCheckEx+0x7\n' +
      '01 ffffab01`40f5dfa0 00000000`00000000     nt!KiSwapThread+0x1',
    [
      ['fffff806`26c05164', 'ub fffff806`26c05164'],
      ['nt!KeBugCheckEx+0x7', '.frame 0'],
      ['nt!KiSwapThread+0x1', '.frame 1'],
    ],
  ],
  // After `.frame /c` numbers begin at the frame that it chose.
  [
    'kn 2',
    ' # Child-SP          RetAddr               Call Site\n' +
      '0f ffffab01`40f5df40 fffff806`26c05164     nt!KeBugCheckEx+0x7\n' +
      '10 ffffab01`40f5dfa0 00000000`00000000     nt!KiSwapThread+0x1',
    [
      ['fffff806`26c05164', 'ub fffff806`26c05164'],
      ['nt!KeBugCheckEx+0x7', '.frame f'],
      ['nt!KiSwapThread+0x1', '.frame 10'],
    ],
  ],
  [
    '~1s; kv 1',
    'Child-SP          RetAddr               : Args to Child                                                           : Call Site\n' +
      'ffffab01`40f5df40 fffff806`26c05164     : ffff9103`b2840080 00000000`00000000 ffff9102`ac75b660 00000000`00000000 : nt!KiIdleLoop',
    [
      ['fffff806`26c05164', 'ub fffff806`26c05164'],
      ['nt!KiIdleLoop', '.frame 0'],
    ],
  ],
  [
    '!thread',
    'THREAD ffffa00000002080  Cid 0004.0008  Teb: 0000000000000000 Win32Thread: 0000000000000000 WAIT\n' +
      'Owning Process            ffffa00000001080       Image:         System\n' +
      'Child-SP          RetAddr               Call Site\nffffab01`40f5df40 fffff806`26c05164     nt!KiSwapContext+0x76',
    [
      ['ffffa00000002080', '!thread ffffa00000002080'],
      ['ffffa00000001080', '!process ffffa00000001080 0'],
      ['fffff806`26c05164', 'ub fffff806`26c05164'],
    ],
  ],
  [
    '!handle 0 3 4',
    '0004: Object: ffffa806bb0d56f0  GrantedAccess: 001f0001 Entry: ffffa806b72c4010\n    Directory Object: ffffa806b72052e0  Name: Port',
    [
      ['ffffa806bb0d56f0', '!object ffffa806bb0d56f0'],
      ['ffffa806b72052e0', '!object ffffa806b72052e0'],
    ],
  ],
  [
    '!running',
    '  a    ffffb607b5002180  ffff9103b284a080 (10)                        fffff80626e03200',
    [
      ['a', '~10s; k'],
      ['ffff9103b284a080', '!thread ffff9103b284a080'],
    ],
  ],
  [
    'dt nt!_ETHREAD ffffa00000002080',
    '   +0x000 Tcb              : _KTHREAD\n   +0x090 TrapFrame        : 0xffffab01`40f5f4c0 _KTRAP_FRAME\n   +0x098 Name : (null) ',
    [
      ['_KTHREAD', 'dt nt!_KTHREAD ffffa00000002080+0x000'],
      ['0xffffab01`40f5f4c0', 'dt nt!_KTRAP_FRAME 0xffffab01`40f5f4c0'],
    ],
  ],
  ['.echo', 'there is nothing here: ffffa00000002080 nt', []],
] as [string, string, [string, string][]][])('%s', (typed, answer, links) => {
  expect(linksIn(typed, answer)).toEqual(links);
});

it('of frames without numbers count from the one that .frame /c made the first, until another context is set', () => {
  const transcript = new Transcript();
  const stack =
    'Child-SP          RetAddr               Call Site\n' +
    'ffffab01`40f5df40 fffff806`26c05164     nt!KeWaitForSingleObject+0x7\n' +
    'ffffab01`40f5dfa0 00000000`00000000     nt!KiSwapThread+0x1\n';
  const framesAfter = (typed: string, answer: string) => {
    transcript.command('0: kd> ', typed);
    transcript.append(answer);
    const links = Array.from({ length: transcript.length }, (_, at) => linksOf(transcript, at)).flat();
    return links
      .map(({ command }) => command)
      .filter((command) => command.startsWith('.frame'))
      .slice(-2);
  };
  framesAfter(
    '.frame /r /c f',
    '0f ffffab01`40f5df40 fffff806`26c05164     nt!KeWaitForSingleObject+0x7\nrax=0\n',
  );
  expect(
    framesAfter('k', `  *** Stack trace for last set context - .thread/.cxr resets it\n${stack}`),
  ).toEqual(['.frame f', '.frame 10']);
  expect(framesAfter('k 2', stack)).toEqual(['.frame f', '.frame 10']);
  expect(framesAfter('.cxr; k', `Resetting default scope\n${stack}`)).toEqual(['.frame 0', '.frame 1']);
});

it('what is said of a dump that was opened leads to its analysis', () => {
  const transcript = new Transcript();
  transcript.append('Loading Dump File [a.dmp]\nFor analysis of this file, run !analyze -v\n');
  expect(linksOf(transcript, 0)).toEqual([]);
  expect(linksOf(transcript, 1)).toEqual([{ start: 31, end: 42, command: '!analyze -v' }]);
});
