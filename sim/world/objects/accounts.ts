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

/** An account as Windows names it: `DOMAIN\\NAME`. */
export interface Account {
  name: string;
  /** Empty where the SID names nobody. */
  domain: string;
}

/** Domain of the accounts that Windows itself runs as. Source: Windows documentation, "Well-known SIDs". */
const SYSTEM_DOMAIN = 'NT AUTHORITY';

/** The system's own account. */
export const SYSTEM_ACCOUNT: Account = { name: 'SYSTEM', domain: SYSTEM_DOMAIN };

/** What Windows calls the account of a SID: `SYSTEM`, `DWM-1`, a user's name; the SID where it has none. */
export function accountOf(sid: Uint8Array, { system }: Profile): Account {
  if (sid.length === 0) return { name: '', domain: '' };
  const text = sidText(sid);
  if (text === userSid(system)) return { name: system.userName, domain: system.computerName };
  for (const [key, account] of Object.entries(data.accounts)) {
    if (text === account.sid)
      return account.name.startsWith(COMPUTER)
        ? { name: key, domain: SYSTEM_DOMAIN }
        : { name: account.name, domain: account.authority };
    const [before, hasSession] = account.sid.split(SESSION);
    if (hasSession !== undefined && text.startsWith(before!))
      return { name: account.name.replace(SESSION, text.slice(before!.length)), domain: account.authority };
  }
  return { name: text, domain: '' };
}

/** The account's name without its domain. */
export function accountName(sid: Uint8Array, profile: Profile): string {
  return accountOf(sid, profile).name;
}
