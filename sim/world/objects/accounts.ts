import type { Profile } from '../../machine/profile.js';

const USER_RID = 1001;

/** The SID of who is logged on. */
export function userSid({ machineSid }: Profile['system']): string {
  return `${machineSid}-${USER_RID}`;
}
