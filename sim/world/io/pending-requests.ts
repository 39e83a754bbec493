import type { Kernel } from '../../machine/machine.js';
import data from '../catalogue/requests.json';
import type { StagedProcess, StagedThread } from '../stage.js';
import type { IoStage } from './io-stage.js';
import { requestSpec } from './requests.js';

interface RequestUser {
  readonly program?: string;
  readonly service?: string;
  readonly session?: number;
  /** Kind of thread that asks; any that waits when left out. */
  readonly archetype?: string;
  readonly request: string;
  /** A file for each request; `%pid%` and `%USERNAME%` are filled in. */
  readonly files: readonly string[];
}

/** A thread in the middle of an operation of its own asks for nothing beside it. */
const BUSY = new Set(['fsctl-npfs', 'suspended', 'dump-requester']);

/** Lets every process of the machine have the requests pending that its program usually has, and the kernel its own. */
export function pendRequests(kernel: Kernel, io: IoStage, processes: readonly StagedProcess[]): void {
  for (const process of processes) pendRequestsOf(kernel, io, process);
  for (const { request, holder, device } of data.kernel) {
    const spec = { ...requestSpec(request), holder };
    const target = io.nodes.find(({ instance }) => instance === device)?.pdo;
    if (target && io.requests.reaches(target, holder)) io.requests.pendOfKernel(spec, target);
  }
}

/** The same for one process. */
export function pendRequestsOf(kernel: Kernel, io: IoStage, process: StagedProcess): void {
  for (const user of data.users as readonly RequestUser[])
    if (isMeant(user, process)) pendOf(kernel, io, process, user);
}

function isMeant(user: RequestUser, { program, spec, sessionId, threads }: StagedProcess): boolean {
  if (threads.length === 0) return false;
  const file = program.path.slice(program.path.lastIndexOf('\\') + 1).toLowerCase();
  if (user.program !== undefined && user.program.toLowerCase() !== file) return false;
  if (user.session !== undefined && user.session !== sessionId) return false;
  const services = (spec.services ?? []).map(([name]) => name.toLowerCase());
  return user.service === undefined || services.includes(user.service.toLowerCase());
}

function pendOf({ profile }: Kernel, io: IoStage, process: StagedProcess, user: RequestUser): void {
  const spec = requestSpec(user.request);
  if (!io.requests.target(spec)) return;
  const threads = process.threads.filter((thread) => isFree(thread, user.archetype));
  if (threads.length === 0) return;
  user.files.forEach((file, index) => {
    const thread = threads[(index + threads.length - 1) % threads.length]!;
    const request = io.requests.pend(
      spec,
      {
        process: process.address,
        thread: thread.address,
        ...(thread.userMode ? { rsp: thread.userMode.rsp } : {}),
      },
      file.replace('%pid%', String(process.pid)).replace('%USERNAME%', profile.system.userName),
    );
    io.requests.renew(request, spec);
  });
}

function isFree({ state, archetype = '' }: StagedThread, wanted: string | undefined): boolean {
  return state === 'Waiting' && (wanted === undefined ? !BUSY.has(archetype) : archetype === wanted);
}
