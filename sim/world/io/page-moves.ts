import type { Kernel } from '../../machine/machine.js';
import data from '../catalogue/requests.json';
import type { StagedProcess, StagedThread } from '../stage.js';
import type { IoStage } from './io-stage.js';
import { requestSpec } from './requests.js';

const LISTED_PAGES = 1; // of each file beside its view
const VIEWS = 1;

/** A thread whose stack shows that it has touched an address which is not in memory. */
export type Faulted = (thread: StagedThread, address: bigint) => void;

/**
 * Lets pages of files be on their way when the machine's time begins: read in for a thread that has touched one, or
 * written out, each by a request that the disk's driver holds. `system` is the process whose threads do so.
 */
export function movePages({ core }: Kernel, io: IoStage, system: StagedProcess, faulted: Faulted): void {
  const { exports } = core;
  for (const { request, role, holder, thread: archetype, path, firstPage } of data.paging) {
    const target = io.roles.get(role);
    const thread = system.threads.find((each) => each.archetype === archetype);
    if (!target || !thread || !io.requests.reaches(target, holder)) continue;
    const spec = { ...requestSpec(request), holder };
    const isWrite = spec.major === 'WRITE';
    const [bytes] = core.putTexts({ text: path, wide: true });
    const area = exports.memoryCreateCachedFile(exports.exchangeBuffer(), bytes!, LISTED_PAGES, VIEWS);
    // Who waits for pages waits for the event that their transfer begins with.
    const event = isWrite ? exports.pagingCreateTransfer() : thread.waitObjects[0]!.address;
    const pages = spec.parameters[0]! / PAGE;
    const mdl = exports.pagingBegin(event, area, firstPage, pages, isWrite);
    const buffer = exports.pagingAddress(area, firstPage);
    const file = exports.pagingFile(area);
    const status = exports.pagingStatus(event);
    io.requests.pendPaging(spec, target, {
      isWrite,
      thread: thread.address,
      file,
      mdl,
      buffer,
      event,
      status,
      firstPage,
      pages,
    });
    if (!isWrite) faulted(thread, buffer);
  }
}

const PAGE = 4096;
