// Jobs: processes that are managed together.
import { NT } from '../../generated/symbols';
import { DISPATCHER_HEADER, EJOB, EPROCESS, KAFFINITY_EX } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import {
  addToField,
  at,
  getField,
  initialiseList,
  insertTail,
  read64,
  removeEntry,
  setField,
} from '../../memory/virtual';
import { createFresh } from '../objects/body';
import { referenceObject } from '../objects/object';
import { initialiseHeader } from '../scheduler/dispatcher';
import { addressOf } from '../symbols';

const EVENT_NOTIFICATION: u32 = 0;
const MAXIMUM_GROUPS: u32 = 32;
const NORMAL_SCHEDULING: u32 = 5;

let nextJobId: u32 = 1;

/** Creates an empty job in a session, without limits; it is on nt!PspJobList. */
export function createJob(typeIndex: u32, session: u32): u64 {
  const list = addressOf(NT.PspJobList);
  if (read64(list) == 0) initialiseList(list);
  const job = createFresh(typeIndex, 0);
  initialiseHeader(at(job, EJOB.Event), EVENT_NOTIFICATION, offsetOf(DISPATCHER_HEADER.SIZE), 0);
  initialiseList(at(job, EJOB.ProcessListHead));
  initialiseList(at(job, EJOB.ChildJobListHead));
  initialiseList(at(job, EJOB.SiblingJobLinks));
  initialiseList(at(job, EJOB.IteratorListHead));
  initialiseList(at(job, EJOB.JobLock)); // an ERESOURCE that nobody has ever had to wait for
  insertTail(list, at(job, EJOB.JobLinks));
  setField(at(job, EJOB.Affinity), KAFFINITY_EX.Size, MAXIMUM_GROUPS);
  setField(at(job, EJOB.EffectiveAffinity), KAFFINITY_EX.Size, MAXIMUM_GROUPS);
  setField(job, EJOB.SessionId, session);
  setField(job, EJOB.SchedulingClass, NORMAL_SCHEDULING);
  setField(job, EJOB.EffectiveSchedulingClass, NORMAL_SCHEDULING);
  setField(job, EJOB.RootJob, job);
  setField(job, EJOB.JobId, nextJobId++);
  return job;
}

/** Takes a process that ends out of its job, which counts it among those that it had. */
export function leaveJob(process: u64): void {
  const job = getField(process, EPROCESS.Job);
  if (job == 0) return;
  removeEntry(at(process, EPROCESS.JobLinks));
  setField(process, EPROCESS.Job, 0);
  addToField(job, EJOB.ActiveProcesses, -1);
  addToField(job, EJOB.ShadowActiveProcessCount, -1);
  addToField(job, EJOB.TotalTerminatedProcesses, 1);
  const used = getField(job, EJOB.CurrentJobMemoryUsed);
  setField(job, EJOB.CurrentJobMemoryUsed, used - min(used, getField(process, EPROCESS.CommitCharge)));
  referenceObject(job, -1); // whoever made the job keeps it
}

/** Puts a process into a job. */
export function assignJob(process: u64, job: u64): void {
  setField(process, EPROCESS.Job, job);
  insertTail(at(job, EJOB.ProcessListHead), at(process, EPROCESS.JobLinks));
  addToField(job, EJOB.TotalProcesses, 1);
  addToField(job, EJOB.ActiveProcesses, 1);
  addToField(job, EJOB.ShadowActiveProcessCount, 1);
  setField(
    job,
    EJOB.CurrentJobMemoryUsed,
    getField(job, EJOB.CurrentJobMemoryUsed) + getField(process, EPROCESS.CommitCharge),
  );
  setField(job, EJOB.PeakJobMemoryUsed, getField(job, EJOB.CurrentJobMemoryUsed));
  referenceObject(job, 1);
}
