import { explain } from '../explain/explain.js';
import type { FindingKind } from '../explain/explanation.js';
import { evaluateMasm } from '../expressions/masm.js';
import { hex } from '../format/numbers.js';
import type { Session } from '../session.js';

/** What an address is, and the evidence for it. */
export interface ExplainView {
  /** Sixteen digits. */
  address: string;
  /** Of the summary: `nt!KiSwapContext+0x76`; '' for none. */
  symbol: string;
  summary: string;
  findings: FindingView[];
}

export interface FindingView {
  kind: FindingKind;
  title: string;
  evidence: EvidenceView[];
}

export interface EvidenceView {
  label: string;
  value: string;
  /** An address that can be asked about in turn, sixteen digits; '' for none. */
  address: string;
  /** A command that shows the same; '' for none. */
  command: string;
}

/** What the address is that an expression leads to. @throws what the expression throws */
export function explainView(session: Session, expression: string): ExplainView {
  const { address, summary, findings } = explain(
    session,
    BigInt.asUintN(64, evaluateMasm(expression, session)),
  );
  return {
    address: hex(address, 16),
    symbol: session.symbolText(address),
    summary,
    findings: findings.map(({ kind, title, evidence }) => ({
      kind,
      title,
      evidence: evidence.map(({ label, value, address: at, command = '' }) => ({
        label,
        value,
        address: at === undefined || at === 0n ? '' : hex(at, 16),
        command,
      })),
    })),
  };
}
