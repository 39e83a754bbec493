import type { Profile } from '../../machine/profile.js';
import { sidText } from '../../machine/security/sids.js';
import data from '../catalogue/accounts.json';

const USER_RID = 1001;

/** The SID of who is logged on. */
export function userSid({ machineSid }: Profile['system']): string {
  return `${machineSid}-${USER_RID}`;
}

const SESSION = '%session%';
/** Accounts that the computer's own account stands for on the network keep the name of their SID. */
const COMPUTER = '%computer%';

/** What Windows calls the account of a SID, without its domain: `SYSTEM`, `DWM-1`, a user's name; the SID where it has none. */
export function accountName(sid: Uint8Array, { system }: Profile): string {
  if (sid.length === 0) return '';
  const text = sidText(sid);
  if (text === userSid(system)) return system.userName;
  for (const [key, account] of Object.entries(data.accounts)) {
    if (text === account.sid) return account.name.startsWith(COMPUTER) ? key : account.name;
    const [before, hasSession] = account.sid.split(SESSION);
    if (hasSession !== undefined && text.startsWith(before!))
      return account.name.replace(SESSION, text.slice(before!.length));
  }
  return text;
}
