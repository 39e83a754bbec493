import { describe, expect, it } from 'vitest';
import { BufferSource, FileError, Session, Shell, type SymbolFiles } from '../../../sim/debugger/index.js';
import { imageOf, type ByteFile } from '../../support/byte-file.js';
import { crashDump, CRASH_STAMP } from '../../support/crash-dump.js';

/** Where images are kept: one, found by its name, stamp and size. */
const images: SymbolFiles = {
  description: 'images',
  find: (name, key) =>
    name === 'crash.exe' && key === `${CRASH_STAMP.toString(16).toUpperCase()}2000`
      ? { path: name, file: new BufferSource(imageOf(Uint8Array.of(0x90, 0xcc, 0x90, 0xc3), CRASH_STAMP)) }
      : undefined,
};

describe('a damaged minidump', () => {
  const STREAM = { modules: 4, threads: 3 };
  const MEMORY64 = 9;

  /** Where the directory says that a stream is. */
  function placeOf({ bytes }: ByteFile, type: number): number {
    const view = new DataView(bytes.buffer);
    for (let row = view.getUint32(12, true), left = view.getUint32(8, true); left > 0; row += 12, left--)
      if (view.getUint32(row, true) === type) return view.getUint32(row + 8, true);
    throw new Error(`no stream of type ${type}`);
  }

  it.each(Object.entries(STREAM))('has no more %s than fit into their stream', (name, type) => {
    const file = crashDump();
    file.u32(placeOf(file, type), 0xffffffff);
    // Behind the streams there is what rows could be taken from.
    file.set(file.end + 0x400000, Uint8Array.of(1));
    const { user } = new Session(new BufferSource(file.bytes), { path: 'a.dmp' });
    expect(name === 'modules' ? user!.modules.length : user!.threads.length).toBe(name === 'modules' ? 1 : 2);
  });

  /** The 64-bit list of memory of a dump that has one besides, with so many rows behind one another in the file. */
  function listed(rows: number, size: number): number {
    const file = crashDump();
    const before = new Session(new BufferSource(file.bytes), { path: 'a.dmp' }).user!.dump.ranges().length;
    const list = file.end;
    file.u64(list, 0xffffffffn, BigInt(list));
    for (let row = 0; row < rows; row++)
      file.u64(list + 16 + row * 16, BigInt(row) << 24n, BigInt(rows * 16) / 4n);
    const directory = 0x20 + new DataView(file.bytes.buffer).getUint32(8, true) * 12;
    file.u32(directory, MEMORY64, size, list);
    file.u32(8, (directory - 0x20) / 12 + 1);
    return new Session(new BufferSource(file.bytes), { path: 'a.dmp' }).user!.dump.ranges().length - before;
  }

  it('has no memory from behind the end of the file, and none that its list has no room for', () => {
    // A quarter of the rows' own bytes each, from the list on: the header's 16 bytes leave a little for a fifth.
    expect(listed(64, 16 + 64 * 16)).toBe(5);
    expect(listed(64, 16 + 2 * 16)).toBe(2);
  });
});

describe('a minidump of a crash', () => {
  const shell = new Shell(
    new Session(new BufferSource(crashDump().bytes), { path: 'crash.dmp', symbols: images }),
  );

  it.each([
    ['the process', '|', '.  0\tid: 1234\texamine\tname: C:\\app\\crash.exe\n'],
    [
      'the event',
      '.lastevent',
      'Last event: 1234.101: Access violation - code c0000005 (first/second chance not available)\n',
    ],
    [
      'the thread of the event as the current one',
      '~',
      '   0  Id: 1234.100 Suspend: 0 Teb: 00000000`00000000 Unfrozen\n.  1  Id: 1234.101 Suspend: 0 Teb: 00000000`00000000 Unfrozen\n',
    ],
    ['its registers', 'r rip,rax', 'rip=00007ff600001001 rax=0000000000000001\n'],
    ['memory', 'dq 14fe00 L2', '00000000`0014fe00  00007ff6`00001003 00000000`00000001\n'],
    [
      'that memory is not there',
      'db 14ff00+100 L1',
      '00000000`00150000  ??                                               ?\n',
    ],
    [
      'code out of the file of the image',
      'u 7ff600001000 L2',
      'crash+0x1000:\n00007ff6`00001000 90              nop\n00007ff6`00001001 cc              int     3\n',
    ],
    ['what the dump lacks', '!handle', 'The dump holds no handles.\n'],
    ['that it is no kernel', '!process 0 0', 'This needs a dump of the kernel; this one is of a process.\n'],
  ])('tells %s', (_, command, answer) => {
    expect(shell.execute(command)).toBe(answer);
  });

  it('tells versions, times and modules', () => {
    expect(shell.execute('vertarget')).toMatch(
      /^Windows 10 Version 19045 MP \(2 procs\) Free x64\nProduct: WinNt/,
    );
    expect(shell.execute('vertarget')).toContain(
      'System Uptime: not available\nProcess Uptime: 0 days 0:01:30.000\n  Kernel time: 0 days 0:00:07.000\n  User time: 0 days 0:00:05.000\n',
    );
    expect(shell.execute('lm')).toContain('00007ff6`00000000 00007ff6`00002000   crash      (no symbols)');
  });

  it('goes to the exception and back', () => {
    expect(shell.execute('.exr -1')).toContain(
      '   ExceptionCode: c0000005 (Access violation)\n  ExceptionFlags: 00000000\nNumberParameters: 2\n   Parameter[0]: 0000000000000001\n   Parameter[1]: 0000000000000010\n',
    );
    expect(shell.execute('.ecxr')).toContain('rax=000000000000dead');
    expect(shell.execute('r rip')).toContain('rip=00007ff600001000');
    shell.execute('.cxr');
    expect(shell.execute('r rip')).toBe('rip=00007ff600001001\n');
  });

  it('does not say where a frame returns to that .frame /c made the first, until it is chosen', () => {
    shell.execute('~0s');
    const line = (returns: string) => `01 00000000\`0014fe08 ${returns}     crash+0x1003\n`;
    expect(shell.execute('.frame /c 1')).toContain(line('00000000`00000001'));
    expect(shell.execute('.frame')).toBe(line('00000000`00000000'));
    expect(shell.execute('.frame /r')).toContain(
      `Frame 0x0 is before current base frame 0x1\n${line('00000000`00000000')}`,
    );
    expect(shell.execute('.frame 1')).toBe(line('00000000`00000001'));
    expect(shell.execute('.frame')).toBe(line('00000000`00000001'));
    shell.execute('.cxr; ~1s');
  });

  it('walks stacks through images that are only in files', () => {
    expect(shell.execute('~0s; k')).toContain(
      '00000000`0014fe00 00007ff6`00001003     crash+0x1001\n00000000`0014fe08 00000000`00000001     crash+0x1003\n',
    );
  });
});

describe('minidumps that cannot be read', () => {
  const open = (change: (file: ByteFile) => void) => () => {
    const file = crashDump();
    change(file);
    return new Session(new BufferSource(file.bytes), { path: 'a.dmp' });
  };
  it('says why', () => {
    expect(open((file) => (file.bytes = file.bytes.subarray(0, 20)))).toThrow(FileError);
    expect(open((file) => file.u32(8, 0))).toThrow('does not say what machine');
    expect(open((file) => file.u16(0x80, 0))).toThrow('architecture 0');
  });
  it('reads what is left of a damaged one', () => {
    const session = open((file) => file.u32(12, 0x20))();
    expect(new Shell(session).execute('lm')).toContain('crash');
    const huge = open((file) => {
      const threads = [...Array(6).keys()].map((i) => 0x20 + i * 12).find((at) => file.bytes[at] === 3)!;
      const rva = new DataView(file.bytes.buffer).getUint32(threads + 8, true);
      file.u32(rva, 0xffffffff);
    });
    expect(new Shell(huge()).execute('~').length).toBeLessThan(0x1000000);
  });
});
