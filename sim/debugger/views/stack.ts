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
      detail: address(frame.context.registers.rsp),
      command: `.frame ${hex(number)}`,
      isCurrent: i === current,
      address: hex(frame.context.registers.rsp, 16),
    };
  });
}
