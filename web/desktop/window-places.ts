import { desktopRoom, within, type Room, type WindowPlace } from '../controls/window/window-place.js';
import { PROGRAMS, PROGRAM_IDS, type ProgramId } from './programs.js';

/** Room that a window leaves around itself when it opens, CSS px. */
const MARGIN = 24;
/** A Task Manager that is narrower than this is no use beside the tasks of a lab. */
const LEAST_BESIDE = 640;
const KEY = 'window-places';

type Places = Record<ProgramId, WindowPlace>;

/** What a program opens in the middle of: the desktop, or what the tasks of the machine's lab leave of it. */
function firstRoom(program: ProgramId): Room {
  const room = desktopRoom();
  const beside = room.width - PROGRAMS.labs.width - MARGIN;
  const isForLab = new URLSearchParams(location.search).has('lab');
  const isBeside = program === 'task-manager' && isForLab && beside >= LEAST_BESIDE + 2 * MARGIN;
  return isBeside ? { ...room, width: beside } : room;
}

/** In the middle; each program but the first a little lower and to the right, Labs at the right of the desktop. */
function firstPlace(program: ProgramId): WindowPlace {
  const room = firstRoom(program);
  const shift = PROGRAM_IDS.indexOf(program) === 0 ? 0 : MARGIN;
  const width = Math.min(PROGRAMS[program].width, room.width - 2 * MARGIN);
  const height = Math.min(PROGRAMS[program].height, room.height - 2 * MARGIN);
  const middle = Math.round((room.width - width) / 2) + shift;
  return {
    left: program === 'labs' ? room.width - width - MARGIN : middle,
    top: Math.round((room.height - height) / 2) + shift,
    width,
    height,
  };
}

/** Where the windows lie, as the session had them; a browser that keeps nothing has them in the middle. */
export class WindowPlaces {
  readonly #places: Places;

  constructor() {
    let kept: Partial<Places> = {};
    try {
      kept = JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Partial<Places>;
    } catch {
      // Storage is refused, or holds something else.
    }
    const place = (program: ProgramId) => kept[program] ?? firstPlace(program);
    this.#places = Object.fromEntries(
      PROGRAM_IDS.map((program) => [program, within(place(program), desktopRoom())]),
    ) as Places;
  }

  of(program: ProgramId): WindowPlace {
    return this.#places[program];
  }

  set(program: ProgramId, place: WindowPlace): void {
    this.#places[program] = place;
    try {
      sessionStorage.setItem(KEY, JSON.stringify(this.#places));
    } catch {
      // It holds as long as the page does.
    }
  }
}
