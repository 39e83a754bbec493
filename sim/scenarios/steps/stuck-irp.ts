import * as v from 'valibot';
import { hex } from '../../truth/address.js';
import { requestNames, requestSpec } from '../../world/io/requests.js';
import { threadSelector } from '../selectors.js';
import { defineStep } from './step.js';

export const stuckIrp = defineStep(
  v.pipe(
    v.strictObject({
      do: v.literal('stuck-irp'),
      thread: threadSelector,
      request: v.optional(
        v.pipe(
          v.picklist(requestNames(), `Requests: ${requestNames().join(', ')}.`),
          v.description('Kind of request.'),
        ),
        'disk-read',
      ),
      driver: v.optional(
        v.pipe(
          v.string(),
          v.description('The driver that holds it, such as WdFilter or stornvme; usually the lowest one.'),
        ),
      ),
      file: v.optional(
        v.pipe(v.string(), v.description('Name of the file, relative to the device.')),
        '\\Users\\Public\\Documents\\report.docx',
      ),
    }),
    v.description('A request that a driver holds and does not complete.'),
  ),
  ({ thread: selector, request, driver, file }, { machine, cast }) => {
    const { process, thread } = cast.thread(selector);
    const spec = { ...requestSpec(request), ...(driver === undefined ? {} : { holder: driver }) };
    const { rsp } = thread.userMode ?? {};
    const irp = machine.stage.io.requests.pend(
      spec,
      { process: process.address, thread: thread.address, ...(rsp === undefined ? {} : { rsp }) },
      file,
    );
    return {
      pid: process.pid,
      tid: thread.tid,
      irp: hex(irp.address),
      driver: irp.holder.driver.name,
      device: hex(irp.holder.address),
    };
  },
);
