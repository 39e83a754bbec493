import { hex } from '../format/numbers.js';
import { kernelGlobal } from '../kernel/lists.js';
import { imageName, processAt } from '../kernel/processes.js';
import { sessionSpaces } from '../kernel/session-spaces.js';
import { MemoryError, readPointer } from '../memory/memory.js';
import type { Session } from '../session.js';
import { SymbolsError } from '../symbols/symbols-error.js';
import { place, type Finding } from './explanation.js';

const PAGE = 0x1000n;

/** A page that a variable of nt points to, mapped for one purpose. */
const NAMED: readonly { variable: string; title: string }[] = [
  { variable: 'HvcallCodeVa', title: "the hypervisor's hypercall page: code that calls the hypervisor" },
  { variable: 'HvlpReferenceTscPage', title: "the hypervisor's reference TSC page, which time is told from" },
  { variable: 'MmWriteableSharedUserData', title: 'KUSER_SHARED_DATA, as the kernel writes it' },
  { variable: 'MmBadPointer', title: 'an address that is never mapped, for pointers that must not be followed' },
]; // prettier-ignore

/** What the kernel maps among system PTEs and knows by a variable: pages of the hypervisor's, a session's space. */
export function systemPageOf(session: Session, at: bigint): Finding[] {
  return [...namedPage(session, at), ...sessionSpaceAt(session, at)];
}

function namedPage(session: Session, at: bigint): Finding[] {
  for (const { variable, title } of NAMED) {
    const pointed = pointerIn(session, variable);
    if (pointed === undefined || pointed === 0n || (at & ~(PAGE - 1n)) !== (pointed & ~(PAGE - 1n))) continue;
    const global = kernelGlobal(session, variable);
    return [
      {
        kind: 'structure',
        title,
        evidence: [place(`nt!${variable} says so at`, global, { command: `dq nt!${variable} L1` })],
      },
    ];
  }
  return [];
}

/** Kernels differ in which of the variables they have. */
function pointerIn(session: Session, variable: string): bigint | undefined {
  try {
    return readPointer(session.memory, kernelGlobal(session, variable));
  } catch (error) {
    if (error instanceof MemoryError || error instanceof SymbolsError) return undefined;
    throw error;
  }
}

function sessionSpaceAt(session: Session, at: bigint): Finding[] {
  const size = BigInt(session.struct('_MM_SESSION_SPACE').size);
  // It has pages of its own.
  const space = sessionSpaces(session).find(
    ({ address }) => at >= address && at < ((address + size + PAGE - 1n) / PAGE) * PAGE,
  );
  if (!space) return [];
  const rest = at >= space.address + size ? 'rest of the page of the ' : '';
  return [
    {
      kind: 'structure',
      title: `${rest}MM_SESSION_SPACE of session ${space.value('SessionId')}`,
      evidence: [
        place('begins at', space.address, {
          command: `dt nt!_MM_SESSION_SPACE ${hex(space.address)}`,
          type: 'nt!_MM_SESSION_SPACE',
        }),
        { label: 'offset in it', value: `0x${hex(at - space.address)}` },
        ...processOf(session, space.value('ProcessList.Flink')),
      ],
    },
  ];
}

/** The first process of the session. */
function processOf(session: Session, link: bigint) {
  const process = link - session.view('_EPROCESS', 0n).at('SessionProcessLinks');
  return [
    place('first process', process, {
      command: `!process ${hex(process)} 0`,
      type: 'nt!_EPROCESS',
    }),
    { label: 'its program', value: imageName(session, processAt(session, process)) },
  ];
}
