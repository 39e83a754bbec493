import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd, expectNoOption } from '../refuse.js';
import { irpText, isIrp } from './irp-text.js';

/** `!irp`: an I/O request. */
export const irp: Command = {
  names: ['!irp'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    expectNoOption('!irp', rest);
    const view = new TypedView(session, '_IRP', rest.value());
    const detail = rest.optionalValue();
    expectEnd('!irp', rest);
    if (!isIrp(session, view)) throw new CommandError('IRP signature does not match, probably not an IRP\n');
    // Any value asks for the details, 0 too. Source: Microsoft, "!irp".
    print(irpText(session, view, detail !== undefined));
  },
};
