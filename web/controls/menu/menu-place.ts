export interface Point {
  left: number;
  top: number;
}

export interface Size {
  width: number;
  height: number;
}

/** A submenu covers this much of its parent, CSS px. */
const OVERLAP = 3;
const PADDING = 5;

/** Moves a menu that would leave the page back into it. */
function within(at: Point, menu: Size, page: Size): Point {
  return {
    left: Math.max(0, Math.min(at.left, page.width - menu.width)),
    top: Math.max(0, Math.min(at.top, page.height - menu.height)),
  };
}

/** A context menu opens at the pointer. */
export function placeAtPoint(at: Point, menu: Size, page: Size): Point {
  return within(at, menu, page);
}

/** Whether a menu and a submenu of the widest kind fit side by side. */
export function hasRoomBeside(page: Size): boolean {
  return page.width >= 600;
}

/** A submenu opens at the right of its item, first lines level; else at the left; else below, item uncovered. */
export function placeBeside(item: DOMRect, menu: Size, page: Size): Point {
  const right = item.right + PADDING - OVERLAP;
  const left = item.left - PADDING + OVERLAP - menu.width;
  const top = item.top - PADDING;
  if (right + menu.width <= page.width) return within({ left: right, top }, menu, page);
  if (left >= 0) return within({ left, top }, menu, page);
  const below = item.bottom + menu.height <= page.height;
  return within({ left: item.left + 16, top: below ? item.bottom : item.top - menu.height }, menu, page);
}
