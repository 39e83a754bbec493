import { Aliases } from '../../../sim/debugger/aliases.js';
import { describe, expect, it } from 'vitest';
import { Interrupted, type Session, Shell } from '../../../sim/debugger/index.js';
import { BufferSource } from '../../../sim/debugger/files/byte-source.js';
import { CachedSource } from '../../../sim/debugger/files/cached-source.js';

/** As much of a session as a shell needs that only prints. */
const session = { prompt: '0: kd> ', takeMissing: () => [], aliases: new Aliases() } as unknown as Session;

describe('an interrupted command', () => {
  it('has printed what came before, and nothing after', () => {
    const pieces: string[] = [];
    const shell = new Shell(session, {
      checkInterrupt: () => {
        if (pieces.length === 2) throw new Interrupted();
      },
    });
    expect(() => shell.stream('.echo a; .echo b; .echo c', (text) => pieces.push(text))).toThrow(Interrupted);
    expect(pieces.join('')).toBe('a\nb\n');
    // The shell goes on as if nothing had been.
    pieces.length = 0;
    expect(shell.execute('.echo d')).toBe('d\n');
  });

  it('ends between two reads of the dump, also where its blocks are kept', () => {
    let reads = 0;
    const source = new CachedSource(new BufferSource(new Uint8Array(64)), () => {
      if (++reads > 2) throw new Interrupted();
    });
    source.read(0, 8);
    source.read(0, 8);
    expect(() => source.read(0, 8)).toThrow(Interrupted);
  });
});
