// Jobs: the processes on a job's list are the ones that name it, and the job counts them.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import { EJOB, EPROCESS } from '../generated/types';
import { addressOf } from '../kernel/symbols';
import { offsetOf } from '../layout/fields';
import { AddressTable } from './address-table';
import { expect, expectBetween, holderOf } from './expect';
import { nextOn } from './lists';
import { peek64, value } from './memory';
import { nextProcess } from './processes';
import { broken, disagree, visit } from './report';

const members = new AddressTable();

/** Checks every job, and that no process names another. */
export function checkJobs(): void {
  members.clear();
  const head = addressOf(NT.PspJobList);
  const link = EJOB.JobLinks;
  const isEmpty = peek64(head) == 0; // no job was ever created
  for (let entry = isEmpty ? 0 : nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link))
    checkJob(holderOf(entry, link));
  for (let process = nextProcess(0); process != 0; process = nextProcess(process)) {
    const job = value(process, EPROCESS.Job);
    if (!broken() && job != members.get(process))
      disagree(Rule.JobHasItsProcesses, process, EPROCESS.Job, members.get(process), job);
  }
}

function checkJob(job: u64): void {
  const head = job + offsetOf(EJOB.ProcessListHead);
  const link = EPROCESS.JobLinks;
  let count: u64 = 0;
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link)) {
    members.set(holderOf(entry, link), job);
    expect(Rule.JobHasItsProcesses, holderOf(entry, link), EPROCESS.Job, job);
    count++;
  }
  expect(Rule.JobHasItsProcesses, job, EJOB.ActiveProcesses, count);
  expectBetween(Rule.JobHasItsProcesses, job, EJOB.TotalProcesses, count, u32.MAX_VALUE);
  visit(Visited.Jobs);
}
