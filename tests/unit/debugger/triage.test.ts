import { describe, expect, it } from 'vitest';
import {
  BufferSource,
  explain,
  explainPhysical,
  FileError,
  Session,
  Shell,
} from '../../../sim/debugger/index.js';
import { imageOf } from '../../support/byte-file.js';
import { TRIAGE, triageDump } from '../../support/triage-dump.js';

const CODE = Uint8Array.of(0x8b, 0x01, 0xc3, 0x90, 0x90, 0xc3); // mov eax,[rcx]; ret; nop; nop; ret
const images = Object.fromEntries(
  [TRIAGE.nt, TRIAGE.driver].map(({ file, stamp }) => [file, imageOf(CODE, stamp)]),
);
const symbols = {
  description: '',
  find: (name: string) => {
    const image = images[name];
    return image && { path: name, file: new BufferSource(image) };
  },
};

function open(bytes = triageDump().bytes): Shell {
  return new Shell(new Session(new BufferSource(bytes), { path: 'small.dmp', symbols }));
}

describe('small kernel dumps (type 4)', () => {
  it('tell why the system stopped, and on which processor', () => {
    const shell = open();
    expect(shell.execute('.bugcheck')).toMatch(/^Bugcheck code 000000D1\nArguments 00000000`00000010 /);
    expect(shell.session.prompt).toBe('1: kd> ');
    expect(shell.session.thread).toBe(TRIAGE.thread);
    expect(shell.session.process).toBe(TRIAGE.process);
    expect(shell.execute('r cr3')).toBe('cr3=00000000001ad000\n');
  });

  it('list modules and those that were unloaded', () => {
    const text = open().execute('lm');
    expect(text).toMatch(/^fffff800`10000000 fffff800`10002000 {3}nt /m);
    expect(text).toMatch(/^fffff800`20000000 fffff800`20002000 {3}faulty /m);
    expect(text).toMatch(/^fffff800`30000000 fffff800`30010000 {3}dump_storage$/m);
  });

  it("walk the stack of the thread that stopped the system, with code of the images' files", () => {
    const lines = open().execute('k').trim().split('\n').slice(1);
    expect(lines.map((line) => line.slice(40))).toEqual(['faulty+0x1000', 'nt+0x1005']);
    expect(open().execute('r rax')).toBe('rax=0000000000000077\n');
    expect(open().execute('u faulty+1000 l1')).toContain('mov     eax,dword ptr [rcx]');
  });

  it('say what memory they hold, and have no other', () => {
    const shell = open();
    expect(shell.execute('.dumpdebug')).toContain('DataBlocksCount       00000002');
    expect(shell.execute(`dq ${TRIAGE.thread.toString(16)}+b8 l1`)).toContain('ffffc000`00002080');
    expect(shell.execute('dq ffffd000`00000000 l1')).toContain('????????`????????');
  });

  it('each address can be asked about: what the pieces are, whose slot of the stack, and that the rest is not there', () => {
    const { session } = open();
    const say = (at: bigint) => explain(session, at).summary;
    expect(say(TRIAGE.thread + 8n)).toBe('ETHREAD of the thread that stopped the system');
    expect(say(TRIAGE.process + 8n)).toBe('EPROCESS of the process that stopped the system');
    expect(say(TRIAGE.nt.base + 0x1810n)).toContain('debugger data block');
    const { summary, findings } = explain(session, TRIAGE.stack);
    expect(summary).toBe('kernel stack of the thread that stopped the system');
    // The stack's first word is where the driver returns to: TRIAGE's writer put nt+0x1005 there.
    expect(findings.at(-1)?.title).toBe('frame 00, faulty+0x1000: return address to nt+0x1005');
    expect(say(TRIAGE.driver.base + 0x1010n)).toMatch(/^image faulty/);
    expect(say(0xfffff80030000100n)).toMatch(/^unloaded image dump_storage/);
    expect(say(0xfffff78000000008n)).toMatch(/^KUSER_SHARED_DATA/);
    for (const at of [0x1000n, 0xffff900000000000n, 0xffffffffffffffffn])
      expect(say(at)).toBe('nothing that the small dump holds');
    expect(explainPhysical(session, TRIAGE.cr3).summary).toContain('no physical memory');
    expect(open().execute(`!address ${TRIAGE.stack.toString(16)}`)).toMatch(/Usage: +Stack/);
  });

  it('are refused with a sentence when they end too early', () => {
    expect(() => open(triageDump().bytes.subarray(0, 0x2040))).toThrow(FileError);
    expect(() => open(triageDump().bytes.subarray(0, 0x2090))).toThrow(FileError);
  });
});
