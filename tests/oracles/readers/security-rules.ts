// Tokens and jobs against truth: what !token and !job walk.
import { describe, expect, it } from 'vitest';
import type { Kernel } from './kernel.js';
import { offsetOf, sizeOf } from './layouts.js';

const FAST_REFERENCES = 15n;

export function securityRules(opened: () => Kernel): void {
  function sidAt(kernel: Kernel, address: bigint): string {
    const count = kernel.space.u8(address + 1n);
    const authority = kernel.space.bytes(address + 2n, 6).reduce((sum, byte) => sum * 256 + byte, 0);
    const parts = Array.from({ length: count }, (_, i) => kernel.space.u32(address + BigInt(8 + 4 * i)));
    return ['S', kernel.space.u8(address), authority, ...parts].join('-');
  }

  describe('tokens and jobs against truth', () => {
    it('every process: user, groups and privileges of its token', () => {
      const kernel = opened();
      for (const { address, token } of kernel.truth.processes) {
        const at = kernel.get(BigInt(address), '_EPROCESS', 'Token.Value') & ~FAST_REFERENCES;
        expect(at).toBe(BigInt(token.address));
        const first = kernel.get(at, '_TOKEN', 'UserAndGroups');
        const found = Array.from(
          { length: Number(kernel.get(at, '_TOKEN', 'UserAndGroupCount')) },
          (_, i) => {
            const entry = first + BigInt(i * sizeOf('_SID_AND_ATTRIBUTES'));
            return {
              sid: sidAt(kernel, kernel.get(entry, '_SID_AND_ATTRIBUTES', 'Sid')),
              attributes: Number(kernel.get(entry, '_SID_AND_ATTRIBUTES', 'Attributes')),
            };
          },
        );
        expect(found).toEqual([{ sid: token.user, attributes: 0 }, ...token.groups]);
        expect(kernel.get(at, '_TOKEN', 'Privileges.Present')).toBe(BigInt(token.privileges.present));
        expect(kernel.get(at, '_TOKEN', 'Privileges.Enabled')).toBe(BigInt(token.privileges.enabled));
      }
    });

    it('every job holds its processes, and they lead to it', () => {
      const kernel = opened();
      const inJobs = new Set<number>();
      for (const { address, sessionId, processes } of kernel.truth.jobs) {
        const job = BigInt(address);
        const head = job + BigInt(offsetOf('_EJOB', 'ProcessListHead'));
        const members = kernel.list(head, '_EPROCESS', 'JobLinks');
        expect(members.map((process) => kernel.pid(process))).toEqual(processes);
        for (const member of members) expect(kernel.get(member, '_EPROCESS', 'Job')).toBe(job);
        expect(kernel.get(job, '_EJOB', 'ActiveProcesses')).toBe(BigInt(processes.length));
        expect(kernel.get(job, '_EJOB', 'SessionId')).toBe(BigInt(sessionId));
        processes.forEach((pid) => inJobs.add(pid));
      }
      for (const process of kernel.processes)
        if (!inJobs.has(kernel.pid(process))) expect(kernel.get(process, '_EPROCESS', 'Job')).toBe(0n);
    });
  });
}
