import { address as shown } from '../format/numbers.js';

/** What an address is, with what shows it. */
export interface Explanation {
  address: bigint;
  /** In one line: `block of paged pool, tag FMfn`. */
  summary: string;
  /** From the outside in: the region, how it translates, the page, whose it is. */
  findings: readonly Finding[];
}

export type FindingKind =
  | 'region' | 'structure' | 'walk' | 'page' | 'owner' | 'pageFile' | 'prototype' | 'view' | 'image' | 'stack' | 'frame' | 'pool' | 'object' | 'vad' | 'environment' | 'absent'; // prettier-ignore

/** One answer, and the evidence for it. */
export interface Finding {
  kind: FindingKind;
  title: string;
  evidence: readonly Evidence[];
}

/** A value that was read, and where one can look on. */
export interface Evidence {
  label: string;
  value: string;
  /** An address that can be asked about in turn. */
  address?: bigint;
  /** Of a range that begins there, one more than the last byte. */
  end?: bigint;
  /** A physical address that can be asked about. */
  physical?: bigint;
  /** A command that shows the same. */
  command?: string;
  /** The structure that lies at the address. */
  type?: string;
  /** The thread whose stack shows more, an ETHREAD. */
  thread?: bigint;
}

/** Evidence that is an address. */
export const place = (label: string, address: bigint, more: Partial<Evidence> = {}): Evidence => ({
  label,
  value: shown(address),
  address,
  ...more,
});

/** Evidence that is a range of addresses. @param end one more than its last byte */
export const range = (label: string, start: bigint, end: bigint, more: Partial<Evidence> = {}): Evidence => ({
  label,
  value: `${shown(start)} to ${shown(end - 1n)}`,
  address: start,
  end,
  ...more,
});
