import { desktopRoom, within, type WindowPlace } from '../controls/window/window-place.js';
import { PROGRAMS, PROGRAM_IDS, type ProgramId } from './programs.js';

/** Room that a window leaves around itself when it opens, CSS px. */
const MARGIN = 24;
const KEY = 'window-places';

type Places = Record<ProgramId, WindowPlace>;

/** In the middle of the desktop; each program but the first a little lower and to the right. */
function firstPlace(program: ProgramId): WindowPlace {
  const room = desktopRoom();
  const shift = PROGRAM_IDS.indexOf(program) === 0 ? 0 : MARGIN;
  const width = Math.min(PROGRAMS[program].width, room.width - 2 * MARGIN);
  const height = Math.min(PROGRAMS[program].height, room.height - 2 * MARGIN);
  return {
    left: Math.round((room.width - width) / 2) + shift,
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
