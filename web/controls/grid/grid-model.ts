import type { Point } from '../menu/menu-place.js';

export interface GridColumn {
  id: string;
  label: string;
  /** CSS px. */
  width: number;
  isNumber?: boolean;
  /** Over its name in the header. */
  total?: string;
}

export interface GridCell {
  text: string;
  /** Step 0 to 4 of its tint; none when left out. */
  heat?: number;
}

/** A line of the grid: a cell for each column. */
export interface GridRow {
  key: string;
  cells: readonly GridCell[];
  /** Name of the icon before its first cell. */
  icon?: string;
  /** From 1, as `aria-level` counts. */
  level: number;
  /** Undefined for a line without children. */
  expanded?: boolean;
  position: number;
  setSize: number;
}

export interface GridSort {
  column: string;
  descending: boolean;
}

/** The user wants the grid sorted by `column`. */
export class GridSortEvent extends Event {
  constructor(readonly column: string) {
    super('ll-sort');
  }
}

/** The user selected the row `key`. */
export class GridSelectEvent extends Event {
  constructor(readonly key: string) {
    super('ll-row-select');
  }
}

/** The user opens (`expand`) or closes the row `key`. */
export class GridToggleEvent extends Event {
  constructor(
    readonly key: string,
    readonly expand: boolean,
  ) {
    super('ll-row-toggle');
  }
}

/** The user asks for the menu of the row that is selected; focus returns to `origin`. */
export class GridMenuEvent extends Event {
  constructor(
    readonly point: Point,
    readonly origin: HTMLElement,
  ) {
    super('ll-menu');
  }
}
