import type { Kernel } from '../../machine/machine.js';
import data from '../catalogue/accounts.json';
import type { StagedProcess } from '../stage.js';
import { userSid } from './accounts.js';
import { familyOf, isPackaged } from './packages.js';
import { daclFor } from '../../machine/security/descriptors.js';
import { capabilitySid, packageSid, serviceSid, sidBytes } from '../../machine/security/sids.js';

type AccountName = keyof typeof data.accounts;

interface Group {
  readonly sid: string;
  readonly attributes: number;
}

/** A token on the machine, as it was asked for. */
export interface StagedToken {
  /** TOKEN. */
  readonly address: bigint;
  readonly user: string;
  readonly groups: readonly Group[];
  readonly capabilities: readonly string[];
  readonly package?: string;
  /** LUID of its log-on session. */
  readonly logonId: number;
  readonly session: number;
  readonly integrity: string;
  /** Masks of privileges. */
  readonly present: bigint;
  readonly enabled: bigint;
  readonly isPrimary: boolean;
}

/** A log-on session, with where its drive letters are looked up. */
interface Logon {
  readonly address: bigint;
  readonly id: number;
  readonly deviceMap: bigint;
}

const FIRST_LUID = 0x5f3c1;
const LUID_STEP = 0x2b3; // between two tokens
const SYSTEM_LOGON = 999;
const NO_WRITE_UP = 1; // TOKEN_MANDATORY_POLICY_NO_WRITE_UP
const NEW_PROCESS_MIN = 2; // TOKEN_MANDATORY_POLICY_NEW_PROCESS_MIN
const CAPABILITY_ENABLED = 4; // SE_GROUP_ENABLED
const PRIMARY = 1; // _TOKEN_TYPE
const IMPERSONATION = 2;
const CAN_IMPERSONATE = 2; // _SECURITY_IMPERSONATION_LEVEL.SecurityImpersonation
const HEADER_BYTES = 120; // before the SIDs; the layout is in assembly/kernel/security/token.ts
const BETWEEN_SESSIONS = 0x1350; // log-on ids of the same account
const GLOBAL = '\\GLOBAL??';

/** Makes log-on sessions and access tokens. */
export class Tokens {
  readonly #kernel: Kernel;
  readonly #logons = new Map<string, Logon>();
  /** Primary tokens by process. */
  readonly #primary = new Map<StagedProcess, StagedToken>();
  readonly #all: StagedToken[] = [];
  readonly #globalMap: bigint;
  /** What every packaged program is allowed. */
  #capabilities: readonly string[] | undefined;
  #nextLuid = FIRST_LUID;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    const { exports } = kernel.core;
    exports.tokenInitialise(kernel.typeIndex.get('Token')!);
    exports.logonInitialise();
    const global = kernel.namespace.findDirectory(GLOBAL);
    this.#globalMap = exports.deviceMapCreate(global, global, 0n);
    exports.deviceMapAddDrive(this.#globalMap, kernel.namespace.find(`${GLOBAL}\\C:`)!.address);
  }

  /** All tokens, in the order of creation. */
  get all(): readonly StagedToken[] {
    return this.#all;
  }

  /** A process's primary token. */
  of(process: StagedProcess): StagedToken | undefined {
    return this.#primary.get(process);
  }

  /** Gives a process its primary token and its device map. */
  assign(process: StagedProcess): void {
    const { exports } = this.#kernel.core;
    const { token, logon } = this.#create(process, true);
    exports.tokenAssign(process.address, token.address);
    exports.deviceMapAssign(process.address, logon.deviceMap);
    this.#primary.set(process, token);
  }

  /** Copies the reference to `source`'s primary token over that of `process`, uncounted, as exploits do. */
  swap(process: StagedProcess, source: StagedProcess): void {
    this.#kernel.core.exports.tokenSwap(process.address, source.address);
    this.#primary.set(process, this.#primary.get(source)!);
  }

  /** A token to act as the account of `process` with. */
  impersonation(process: StagedProcess): StagedToken {
    return this.#create(process, false).token;
  }

  #create(process: StagedProcess, isPrimary: boolean): { token: StagedToken; logon: Logon } {
    const name = accountName(process);
    const account = data.accounts[name];
    const logon = this.#logon(name, process.sessionId);
    const fill = this.#filler(process.sessionId, logon.id);
    const packaged = name === 'User' && isPackaged(process);
    const integrity = packaged ? 'Low' : account.integrity;
    const groups = this.#groups(name, process, fill, integrity);
    const capabilities = packaged
      ? (this.#capabilities ??= [
          ...data.appContainer.capabilities,
          ...data.appContainer.namedCapabilities.map(capabilitySid),
        ])
      : [];
    const family = packaged ? familyOf(process.program.path) : (account as { package?: string }).package;
    const token = {
      user: fill(account.sid),
      groups,
      capabilities,
      ...(family === undefined ? {} : { package: packageSid(family) }),
      logonId: logon.id,
      session: process.sessionId,
      integrity,
      present: maskOf(account.present),
      enabled: maskOf(account.enabled),
      isPrimary,
    };
    const flags = Number(packaged ? data.appContainer.flags : account.flags);
    const primary = [token.user, ...groups.map(({ sid }) => sid)].indexOf(fill(account.primary));
    this.#put(token, account.source, flags, primary);
    const address = this.#kernel.core.exports.tokenCreate(logon.address);
    const staged = { ...token, address };
    this.#all.push(staged);
    return { token: staged, logon };
  }

  #groups(
    name: AccountName,
    process: StagedProcess,
    fill: (text: string) => string,
    integrity: string,
  ): Group[] {
    const attributes: Readonly<Record<string, number>> = data.attributes;
    const levels: Readonly<Record<string, number>> = data.integrity;
    return [
      ...Object.entries(data.accounts[name].groups).map(([sid, kind]) => ({
        sid: fill(sid),
        attributes: attributes[kind]!,
      })),
      ...process.spec.services.map(([service]) => ({
        sid: serviceSid(service),
        attributes: attributes['service']!,
      })),
      { sid: `S-1-16-${levels[integrity]}`, attributes: attributes['integrity']! },
    ];
  }

  /** Keeps the system's SID and its default DACL where the kernel looks for them. */
  publishSystemSecurity(): void {
    const { core } = this.#kernel;
    const sid = sidBytes(data.accounts.SYSTEM.sid);
    const dacl = daclFor(data.accounts.SYSTEM.sid);
    core.putBytes(Uint8Array.of(...sid, ...dacl));
    core.exports.securityPublish(sid.length, dacl.length);
  }

  /** Describes a token in the exchange buffer. */
  #put(token: Omit<StagedToken, 'address'>, source: string, flags: number, primary: number): void {
    const { core } = this.#kernel;
    const view = core.exchange;
    const luid = this.#luid();
    const sids = [
      { sid: token.user, attributes: 0 },
      ...token.groups,
      ...token.capabilities.map((sid) => ({ sid, attributes: CAPABILITY_ENABLED })),
      ...(token.package === undefined ? [] : [{ sid: token.package, attributes: 0 }]),
    ];
    const dacl = daclFor(token.user);
    const longs = [luid, 0, this.#luid(), SYSTEM_LOGON, token.present, token.enabled, token.enabled];
    longs.forEach((value, index) => view.setBigUint64(index * 8, BigInt(value), true));
    for (let i = 0; i < 8; i++) view.setUint8(56 + i, source.charCodeAt(i) || 0);
    view.setBigUint64(64, BigInt(token.logonId), true);
    [
      token.session,
      flags,
      token.integrity === 'Medium' ? NO_WRITE_UP | NEW_PROCESS_MIN : NO_WRITE_UP,
      token.isPrimary ? PRIMARY : IMPERSONATION,
      token.isPrimary ? 0 : CAN_IMPERSONATE,
      token.groups.length, // the integrity level comes last
      0,
      primary,
      token.groups.length + 1,
      token.capabilities.length,
      dacl.length,
      token.package === undefined ? 0 : 1,
    ].forEach((value, index) => view.setUint32(72 + index * 4, value, true));
    let at = HEADER_BYTES;
    for (const { sid, attributes } of sids) {
      const bytes = sidBytes(sid);
      view.setUint32(at, attributes, true);
      core.view(core.exports.exchangeBuffer() + at + 4, bytes.length).set(bytes);
      at += 4 + bytes.length;
    }
    core.view(core.exports.exchangeBuffer() + at, dacl.length).set(dacl);
  }

  #luid(): number {
    return (this.#nextLuid += LUID_STEP);
  }

  /** The log-on session of an account, those of people and windows one for each session. */
  #logon(name: AccountName, session: number): Logon {
    const account = data.accounts[name];
    const isGlobal =
      !`${account.sid}${account.name}`.includes('%session%') && name !== 'User' && name !== 'Elevated';
    const key = isGlobal ? name : `${name} ${session}`;
    const known = this.#logons.get(key);
    if (known) return known;
    const { core, namespace } = this.#kernel;
    const id = account.logon + (isGlobal ? 0 : session * BETWEEN_SESSIONS);
    const path = `\\Sessions\\0\\DosDevices\\00000000-${id.toString(16).padStart(8, '0')}`;
    const deviceMap =
      name === 'SYSTEM'
        ? this.#globalMap
        : core.exports.deviceMapCreate(
            namespace.find(path)?.address ?? namespace.createDirectory(path),
            namespace.findDirectory(GLOBAL),
            this.#globalMap,
          );
    const fill = this.#filler(session, id);
    const [nameBytes, authorityBytes] = core.putTexts(
      { text: fill(account.name), wide: true },
      { text: fill(account.authority), wide: true },
    );
    const address = core.exports.logonCreate(BigInt(id), nameBytes!, authorityBytes!, deviceMap);
    const logon = { address, id, deviceMap };
    this.#logons.set(key, logon);
    const other = this.#logons.get(name === 'User' ? `Elevated ${session}` : `User ${session}`);
    if ((name === 'User' || name === 'Elevated') && other) core.exports.logonPair(address, other.address);
    return logon;
  }

  #filler(session: number, logonId: number): (text: string) => string {
    const { system } = this.#kernel.profile;
    return (text) =>
      text
        .replaceAll('%session%', `${session}`)
        .replaceAll('%user%', userSid(system))
        .replaceAll('%machine%', system.machineSid)
        .replaceAll('%computer%', system.computerName)
        .replaceAll('%USERNAME%', system.userName)
        .replaceAll('%logon%', `S-1-5-5-0-${logonId}`);
  }
}

function accountName({ user, spec }: StagedProcess): AccountName {
  if (user.startsWith('DWM-')) return 'DWM';
  if (user.startsWith('UMFD-')) return 'UMFD';
  if (Object.hasOwn(data.accounts, user)) return user as AccountName;
  return data.elevated.includes(spec.program) || spec.elevated ? 'Elevated' : 'User';
}

function maskOf(names: readonly string[]): bigint {
  const numbers: Readonly<Record<string, number>> = data.privileges;
  return names.reduce((mask, name) => mask | (1n << BigInt(numbers[name]!)), 0n);
}
