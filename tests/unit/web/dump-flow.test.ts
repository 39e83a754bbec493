import { expect, test, vi } from 'vitest';
import type { CaptureOutcome, CaptureProgress } from '../../../sim/worker/sim-api.js';
import { adviceFor } from '../../../web/task-manager/dump/advice.js';
import { DumpFlow, captureRequest } from '../../../web/task-manager/dump/dump-flow.js';

const ALL_ON = {
  abortIfMemoryPressure: true,
  hypervisorPages: true,
  nonEssentialHypervisorPages: true,
  userPages: true,
};

/** A machine whose capture ends when the test says so. */
function machine() {
  const calls: string[] = [];
  let finish!: (outcome: CaptureOutcome) => void;
  let fail!: (error: Error) => void;
  let progress!: (progress: CaptureProgress) => void;
  const capture = (what: string, onProgress: (progress: CaptureProgress) => void) => {
    calls.push(`capture ${what}`);
    progress = onProgress;
    return new Promise<CaptureOutcome>((resolve, reject) => {
      finish = resolve;
      fail = reject;
    });
  };
  const flow = new DumpFlow({
    capture: (request, onProgress) => capture(request.kind, onProgress),
    captureProcess: (pid, onProgress) => capture(`process ${pid}`, onProgress),
    cancel: async () => void calls.push('cancel'),
    onCreated: async (kind, { path }) => void calls.push(`created ${kind} ${path}`),
  });
  return {
    flow,
    calls,
    finish: (outcome: CaptureOutcome) => finish(outcome),
    fail: (error: Error) => fail(error),
    progress: (value: CaptureProgress) => progress(value),
  };
}

test('nonessential pages count only with hypervisor pages, page options only for a full dump', () => {
  expect(captureRequest('full', ALL_ON)).toEqual({ kind: 'full', ...ALL_ON });
  expect(captureRequest('full', { ...ALL_ON, hypervisorPages: false })).toMatchObject({
    hypervisorPages: false,
    nonEssentialHypervisorPages: false,
    userPages: true,
  });
  expect(captureRequest('stacks', ALL_ON)).toEqual({
    kind: 'stacks',
    abortIfMemoryPressure: true,
    hypervisorPages: false,
    nonEssentialHypervisorPages: false,
    userPages: false,
  });
});

test('a dump goes from running through its progress to created, once', async () => {
  const { flow, calls, finish, progress } = machine();
  const done = flow.start('full', ALL_ON);
  void flow.start('full', ALL_ON);
  expect(flow.value).toMatchObject({ step: 'running', progress: null });
  progress({ phase: 'write', pagesDone: 1, pagesTotal: 2, bytesDone: 4096, bytesTotal: 8192 });
  expect(flow.value).toMatchObject({ step: 'running', progress: { pagesDone: 1 } });
  finish({ result: 'created', path: 'C:\\a.dmp', bytes: 8192, pages: 2, time: 0 });
  await done;
  expect(flow.value).toMatchObject({ step: 'created', outcome: { path: 'C:\\a.dmp' } });
  expect(calls).toEqual(['capture full', 'created full C:\\a.dmp']);
});

test('a dump of a process goes the same way', async () => {
  const { flow, calls, finish } = machine();
  const done = flow.startProcess(4242);
  void flow.start('full', ALL_ON);
  finish({ result: 'created', path: 'C:\\a.DMP', bytes: 8192, pages: 2, time: 0 });
  await done;
  expect(flow.value).toMatchObject({ step: 'created', kind: 'process' });
  expect(calls).toEqual(['capture process 4242', 'created process C:\\a.DMP']);
});

test('cancel is asked for once, and a cancelled dump shows no outcome', async () => {
  const { flow, calls, finish } = machine();
  const done = flow.start('full', ALL_ON);
  flow.cancel();
  flow.cancel();
  expect(flow.value).toMatchObject({ step: 'running', isCancelling: true });
  finish({ result: 'cancelled' });
  await done;
  expect(flow.value).toEqual({ step: 'idle' });
  expect(calls).toEqual(['capture full', 'cancel']);
});

test('a machine that breaks is a failure with its message', async () => {
  const { flow, fail } = machine();
  const done = flow.start('stacks', ALL_ON);
  fail(new Error('The disk is gone.'));
  await done;
  expect(flow.value).toMatchObject({ step: 'failed', outcome: { message: 'The disk is gone.' } });
});

test('the advice follows the status, by name or by number', () => {
  expect(adviceFor('STATUS_DISK_FULL')).toBe(adviceFor('0xc000007f'));
  expect(adviceFor('STATUS_DISK_FULL')).not.toBe(adviceFor('STATUS_NO_MEMORY'));
  expect(adviceFor('STATUS_UNHEARD_OF')).toMatch(/Try again/);
});

test('the advice is in the language of the page', async () => {
  vi.stubGlobal('document', { documentElement: {} });
  vi.resetModules();
  const { useLanguage } = await import('../../../web/strings/index.js');
  await useLanguage('de');
  const { adviceFor: inGerman } = await import('../../../web/task-manager/dump/advice.js');
  expect(inGerman('STATUS_ACCESS_DENIED')).toBe(
    'Führen Sie den Task-Manager als Administrator aus und versuchen Sie es erneut.',
  );
});
