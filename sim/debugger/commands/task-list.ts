import { activeProcesses, imageName } from '../kernel/processes.js';
import type { Command } from './command.js';

const ID_WIDTH = 7;

/** `.tlist`: processes by id. The engine lists those of the machine that it runs on; here it is the dump's. */
export const taskList: Command = {
  names: ['.tlist'],
  run({ session, print }) {
    session.requireKernel();
    for (const entry of activeProcesses(session))
      print(`${`0n${entry.value('UniqueProcessId')}`.padStart(ID_WIDTH)} ${imageName(session, entry)}\n`);
  },
};
