import { hex } from '../../format/numbers.js';
import { listEntries } from '../../kernel/lists.js';
import { activeProcesses, imageName, threadsOf } from '../../kernel/processes.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd, expectOptions, refuse } from '../refuse.js';
import { ARGUMENTS, driverName, irpText, locationsOf } from './irp-text.js';

/** `!irpfind`: requests that threads have outstanding. */
export const irpFind: Command = {
  names: ['!irpfind'],
  run({ session, print }, args) {
    const { from, fits, isVerbose } = irpQuestion(session, args);
    print('   Irp             [ Thread ]         irpStack: (Mj,Mn)   DevObj            [Driver]  Process\n');
    for (const owner of activeProcesses(session))
      for (const thread of threadsOf(session, owner))
        for (const request of listEntries(session, thread.at('IrpList'), '_IRP', 'ThreadListEntry'))
          if (request.address >= from && fits(request)) {
            print(requestText(session, request, thread.address, imageName(session, owner)));
            if (isVerbose) print(`${irpText(session, request, true)}\n`);
          }
  },
};

/** What `!irpfind` can look for in a request. Source: Microsoft, "!irpfind". */
const CRITERIA: Readonly<Record<string, (session: Session, irp: TypedView, data: bigint) => boolean>> = {
  arg: (session, irp, data) =>
    locationsOf(session, irp).some((location) => ARGUMENTS.some((path) => location.value(path) === data)),
  device: (session, irp, data) =>
    locationsOf(session, irp).some((location) => location.value('DeviceObject') === data),
  fileobject: (_, irp, data) => irp.value('Tail.Overlay.OriginalFileObject') === data,
  mdlprocess: (session, irp, data) => {
    const mdl = irp.value('MdlAddress');
    return mdl !== 0n && new TypedView(session, '_MDL', mdl).value('Process') === data;
  },
  thread: (_, irp, data) => irp.value('Tail.Overlay.Thread') === data,
  userevent: (_, irp, data) => irp.value('UserEvent') === data,
};

interface Question {
  from: bigint;
  fits: (irp: TypedView) => boolean;
  /** Each with all of it. */
  isVerbose: boolean;
}

/** `[-v] [POOL [FROM [CRITERION DATA]]]`: requests are in nonpaged pool, 0. */
function irpQuestion(session: Session, args: string): Question {
  const rest = new Arguments(session, args);
  const isVerbose = expectOptions('!irpfind', rest, ['v']).includes('v');
  const pool = rest.optionalValue() ?? 0n;
  if (pool !== 0n) refuse('!irpfind', 'A pool other than the nonpaged one, 0,');
  const from = rest.optionalValue() ?? 0n;
  const name = rest.word()?.toLowerCase();
  if (name === undefined) return { from, fits: () => true, isVerbose };
  const fits = Object.hasOwn(CRITERIA, name) ? CRITERIA[name] : undefined;
  if (!fits)
    throw new CommandError(`${name} is no criterion of !irpfind: ${Object.keys(CRITERIA).join(', ')}.\n`);
  const data = rest.value();
  expectEnd('!irpfind', rest);
  return { from, fits: (irp) => fits(session, irp, data), isVerbose };
}

function requestText(session: Session, request: TypedView, thread: bigint, owner: string): string {
  const [at, count] = [request.number('CurrentLocation'), request.number('StackCount')];
  if (at > count)
    return `${hex(request.address, 16)} [${hex(thread, 16)}] Irp is complete (CurrentLocation ${at} > StackCount ${count})  ${owner}\n`;
  const current = request.value('Tail.Overlay.CurrentStackLocation');
  const location = new TypedView(session, '_IO_STACK_LOCATION', current);
  const device = location.value('DeviceObject');
  const codes = `(${hex(location.number('MajorFunction')).padStart(2)},${hex(location.number('MinorFunction')).padStart(2)})`;
  return `${hex(request.address, 16)} [${hex(thread, 16)}] irpStack: ${codes}  ${hex(device, 16)} [${driverName(session, device)}]  ${owner}\n`;
}
