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

/** A submenu opens at the right of its item, first lines level; at the left where there is no room. */
export function placeBeside(item: DOMRect, menu: Size, page: Size): Point {
  const right = item.right + PADDING - OVERLAP;
  const fits = right + menu.width <= page.width;
  const left = fits ? right : Math.max(0, item.left - PADDING + OVERLAP - menu.width);
  return within({ left, top: item.top - PADDING }, menu, page);
}
