/** What an address is, with what shows it. */
export interface Explanation {
  address: bigint;
  /** In one line: `block of paged pool, tag FMfn`. */
  summary: string;
  /** From the outside in: the region, how it translates, the page, whose it is. */
  findings: readonly Finding[];
}

export type FindingKind =
  | 'region' | 'structure' | 'walk' | 'page' | 'pageFile' | 'prototype' | 'image' | 'stack' | 'pool' | 'object' | 'vad' | 'absent'; // prettier-ignore

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
  /** A command that shows the same. */
  command?: string;
}
