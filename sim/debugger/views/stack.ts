import { siteText } from '../commands/stack.js';
import { address, hex } from '../format/numbers.js';
import type { Session } from '../session.js';
import type { Item } from './view.js';

/** Frames of the current scope, innermost first, as `kn` lists them. */
export function stackView(session: Session): Item[] {
  const { frame: current, firstNumber = 0 } = session.scope;
  return session.frames().map((frame, i) => {
    const number = firstNumber + i;
    return {
      id: `${number}`,
      text: `${hex(number, 2)} ${siteText(session, frame)}`,
      detail: `${address(frame.context.registers.rsp)}${lineText(session, frame.context.rip)}`,
      command: `.frame ${hex(number)}`,
      isCurrent: i === current,
      address: hex(frame.context.registers.rsp, 16),
    };
  });
}

/** ` [leaky.c @ 42]`, as WinDbg's stack window has it behind a site; '' where the symbols have no lines. */
function lineText(session: Session, rip: bigint): string {
  const found = session.symbolAt(rip);
  const line = found && found.module.symbols?.lineAt(Number(rip - found.module.base));
  return line ? `  [${line.file} @ ${line.line}]` : '';
}
