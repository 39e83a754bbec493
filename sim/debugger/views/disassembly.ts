import { lineAt, linesBefore } from '../commands/disassemble.js';
import { branchTarget, lineText } from '../disassembly/disassembler.js';
import { evaluateMasm } from '../expressions/masm.js';
import { hex } from '../format/numbers.js';
import type { Session } from '../session.js';
import type { Item } from './view.js';

export interface Disassembly {
  lines: Item[];
  /** Where as many begin that end in front of these; '' where there are none. */
  previous: string;
  /** Where the lines behind these begin. */
  next: string;
}

/** Instructions from where an expression leads to, with the names of functions above theirs. @throws what the expression throws */
export function disassemblyView(session: Session, expression: string, count: number): Disassembly {
  const { context, frame } = session.scope;
  // Of the frame that was chosen, as WinDbg's window follows it: where it goes on after its call.
  const rip = frame === 0 ? context.rip : (session.frames(frame + 1)[frame]?.context.rip ?? context.rip);
  const lines: Item[] = [];
  const start = expression.trim() === '' ? rip : evaluateMasm(expression, session);
  let at = start;
  for (let i = 0; i < count; i++) {
    const place = session.symbolText(at);
    if (place !== '' && (i === 0 || !place.includes('+')))
      lines.push(item(`${hex(at, 16)}:`, `${place}:`, '', false));
    const line = lineAt(session, at);
    if (!line) {
      lines.push(item(hex(at, 16), `${hex(at, 16)} ??`, '', false));
      break;
    }
    const target = branchTarget(line.instruction);
    const text = lineText(line);
    lines.push({
      ...item(hex(at, 16), text, target === undefined ? '' : hex(target, 16), at === rip),
      ...(target !== undefined && { leadsFrom: TARGET.exec(text)!.index }),
    });
    at += BigInt(line.length);
  }
  const [previous] = linesBefore(session, start, count);
  return { lines, previous: previous ? hex(previous.address, 16) : '', next: hex(at, 16) };
}

/** The last operand, with the address in brackets behind a name. */
const TARGET = /\S+(?: \([0-9a-f`]+\))?$/;

function item(id: string, text: string, target: string, isCurrent: boolean): Item {
  return { id, text, detail: '', command: '', isCurrent, address: target };
}
