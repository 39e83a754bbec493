import type { StagedJob } from '../world/objects/jobs.js';
import type { StagedToken } from '../world/objects/tokens.js';
import { hex, type Address } from './address.js';

/** A process's primary token. */
export interface TruthToken {
  /** TOKEN. */
  address: Address;
  /** SID of the account. */
  user: string;
  /** SIDs with their attributes, as the token has them: the integrity level is the last. */
  groups: { sid: string; attributes: number }[];
  /** `Untrusted`, `Low`, `Medium`, `High` or `System`. */
  integrity: string;
  /** LUID of the log-on session. */
  logonId: number;
  /** Masks, bits numbered as LUIDs of privileges are. */
  privileges: { present: string; enabled: string };
  /** SID of the package, in an app container. */
  package?: string;
  capabilities?: string[];
}

export function truthOfToken(token: StagedToken): TruthToken {
  const { address, user, groups, integrity, logonId, present, enabled, capabilities } = token;
  return {
    address: hex(address),
    user,
    groups: groups.map(({ sid, attributes }) => ({ sid, attributes })),
    integrity,
    logonId,
    privileges: { present: `0x${present.toString(16)}`, enabled: `0x${enabled.toString(16)}` },
    ...(token.package === undefined ? {} : { package: token.package }),
    ...(capabilities.length === 0 ? {} : { capabilities: [...capabilities] }),
  };
}

/** A job and the ids of its processes. */
export interface TruthJob {
  /** EJOB. */
  address: Address;
  sessionId: number;
  processes: number[];
}

export function truthOfJob({ address, session, processes }: StagedJob): TruthJob {
  return { address: hex(address), sessionId: session, processes: processes.map(({ pid }) => pid) };
}
