import { hex } from '../format/numbers.js';
import { activeProcesses, imageName, processAt, threadsOf } from '../kernel/processes.js';
import { stateText } from '../kernel/wait-text.js';
import type { Session } from '../session.js';
import type { Item } from './view.js';

/** Processes on the list of active ones; their ids are addresses of EPROCESS. */
export function processesView(session: Session): Item[] {
  return [...activeProcesses(session)].map((process) => {
    const address = hex(process.address, 16);
    return {
      id: address,
      text: `${hex(process.value('UniqueProcessId'), 4)} ${imageName(session, process)}`,
      detail: address,
      command: `.process /p ${address}`,
      isCurrent: process.address === session.process,
      address,
    };
  });
}

/** Threads of a process. @param process address of its EPROCESS */
export function threadsView(session: Session, process: string): Item[] {
  const owner = processAt(session, BigInt(`0x${process}`));
  return [...threadsOf(session, owner)].map((thread) => {
    const address = hex(thread.address, 16);
    return {
      id: address,
      text: `${hex(thread.value('Cid.UniqueThread'), 4)} ${stateText(session, thread)}`,
      detail: address,
      command: `.thread /p ${address}; k`,
      isCurrent: thread.address === session.thread,
      address,
    };
  });
}
