import { ask } from '../explain/ask.js';
import type { Evidence, FindingKind } from '../explain/explanation.js';
import { hex } from '../format/numbers.js';
import type { Session } from '../session.js';

/** What an address is, and the evidence for it. */
export interface ExplainView {
  /** Sixteen digits. */
  address: string;
  isPhysical: boolean;
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
  /** What asks about the address in it in turn; '' for none. */
  asks: string;
  /** An address that memory or code may be shown from, sixteen digits; '' for none. */
  address: string;
  /** Which of the two it is; '' for neither. */
  pane: '' | 'memory' | 'disassembly';
  /** The structure to lay over that memory; '' for none. */
  type: string;
  /** The thread whose stack shows more, sixteen digits; '' for none. */
  thread: string;
  /** A command that shows the same; '' for none. */
  command: string;
}

/** What the address is that an expression leads to. @throws what the expression throws */
export function explainView(session: Session, expression: string): ExplainView {
  const { address, isPhysical, summary, findings } = ask(session, expression);
  return {
    address: hex(address, 16),
    isPhysical,
    symbol: isPhysical ? '' : session.symbolText(address),
    summary,
    findings: findings.map(({ kind, title, evidence }) => ({
      kind,
      title,
      evidence: evidence.map((item) => evidenceView(session, item)),
    })),
  };
}

const digits = (address: bigint | undefined) => (address ? hex(address, 16) : '');

function evidenceView(session: Session, item: Evidence): EvidenceView {
  const { label, value, address, physical, command = '', type = '', thread } = item;
  const at = digits(address);
  const asks = physical === undefined ? at : `/p ${hex(physical)}`;
  const pane = at === '' ? '' : isCode(session, address!) ? 'disassembly' : 'memory';
  return { label, value, asks, address: at, pane, type, thread: digits(thread), command };
}

/** Whether an address is among the instructions of an image. */
function isCode(session: Session, at: bigint): boolean {
  const module = session.moduleAt(at);
  const rva = module ? Number(at - module.base) : 0;
  const sections = module?.image?.sections() ?? [];
  return sections.some(({ start, bytes, isCode: has }) => has && rva >= start && rva < start + bytes);
}
