/** Halves and quarters of the desktop that a window can fill, besides the whole. */
export type Snap = 'maximized' | 'left' | 'right' | 'top-left' | 'top-right' | 'bottom-left' | 'bottom-right';

/** Where a window lies in the desktop, CSS px. */
export interface WindowPlace {
  left: number;
  top: number;
  width: number;
  height: number;
  /** What it fills now; the four numbers are where it goes back to. */
  snap?: Snap | undefined;
}

export interface Room {
  width: number;
  height: number;
}

/** Directions that an edge or a corner is dragged in. */
export type Edge = 'n' | 'e' | 's' | 'w' | 'ne' | 'se' | 'sw' | 'nw';
export const EDGES: readonly Edge[] = ['n', 'e', 's', 'w', 'ne', 'se', 'sw', 'nw'];

export const TASKBAR_HEIGHT = 48;
const MINIMUM: Room = { width: 320, height: 200 };
/** So much of the title bar always stays within reach. */
const IN_REACH = 80;
/** How near to the desktop's edge the pointer must come to snap, and from which part of it a corner counts. */
const SNAP_DISTANCE = 8;
const CORNER_PART = 0.2;

/** What the desktop has for windows. */
export function desktopRoom(): Room {
  return { width: innerWidth, height: innerHeight - TASKBAR_HEIGHT };
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}

/** `place` with its title bar within reach. */
export function within(place: WindowPlace, room: Room): WindowPlace {
  return {
    ...place,
    left: clamp(place.left, IN_REACH - place.width, room.width - IN_REACH),
    top: clamp(place.top, 0, room.height - TASKBAR_HEIGHT),
  };
}

export function moved(place: WindowPlace, x: number, y: number, room: Room): WindowPlace {
  return within({ ...place, left: place.left + x, top: place.top + y, snap: undefined }, room);
}

/** `place` with `edge` moved; the opposite edge stays where it is. */
export function resized(place: WindowPlace, edge: Edge, x: number, y: number, room: Room): WindowPlace {
  const { left, top, width, height } = place;
  const dx = edge.includes('w') ? -x : edge.includes('e') ? x : 0;
  const dy = edge.includes('n') ? -y : edge.includes('s') ? y : 0;
  const most = edge.includes('n') ? top + height : room.height;
  const wide = clamp(width + dx, MINIMUM.width, Math.max(MINIMUM.width, room.width));
  const high = clamp(height + dy, MINIMUM.height, Math.max(MINIMUM.height, most));
  return {
    left: edge.includes('w') ? left + width - wide : left,
    top: edge.includes('n') ? top + height - high : top,
    width: wide,
    height: high,
  };
}

/** What a window fills that is let go with the pointer at (`x`, `y`). */
export function snapAt(x: number, y: number, room: Room): Snap | undefined {
  const side = x <= SNAP_DISTANCE ? 'left' : x >= room.width - SNAP_DISTANCE ? 'right' : undefined;
  if (side && y < room.height * CORNER_PART) return `top-${side}`;
  if (side && y > room.height * (1 - CORNER_PART)) return `bottom-${side}`;
  return side ?? (y <= SNAP_DISTANCE ? 'maximized' : undefined);
}

type Arrow = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';
type Target = Snap | 'free' | 'minimized';

/** Where the arrows lead, as they do with the Windows key. */
const KEYS: Readonly<Record<Snap | 'free', Readonly<Record<Arrow, Target>>>> = {
  free: { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'maximized', ArrowDown: 'minimized' },
  maximized: { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'maximized', ArrowDown: 'free' },
  left: { ArrowLeft: 'left', ArrowRight: 'free', ArrowUp: 'top-left', ArrowDown: 'bottom-left' },
  right: { ArrowLeft: 'free', ArrowRight: 'right', ArrowUp: 'top-right', ArrowDown: 'bottom-right' },
  'top-left': { ArrowLeft: 'top-left', ArrowRight: 'top-right', ArrowUp: 'maximized', ArrowDown: 'left' },
  'top-right': { ArrowLeft: 'top-left', ArrowRight: 'top-right', ArrowUp: 'maximized', ArrowDown: 'right' },
  'bottom-left': {
    ArrowLeft: 'bottom-left',
    ArrowRight: 'bottom-right',
    ArrowUp: 'left',
    ArrowDown: 'minimized',
  },
  'bottom-right': {
    ArrowLeft: 'bottom-left',
    ArrowRight: 'bottom-right',
    ArrowUp: 'right',
    ArrowDown: 'minimized',
  },
};

/** Where an arrow key brings a window; null for any other key. */
export function snapByKey(snap: Snap | undefined, key: string): Target | null {
  return KEYS[snap ?? 'free'][key as Arrow] ?? null;
}
