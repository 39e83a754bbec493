import type { Point } from '../../controls/menu/menu-place.js';
import type { ColumnId } from './columns.js';

/** The user wants the table sorted by `column`. */
export class SortEvent extends Event {
  constructor(readonly column: ColumnId) {
    super('ll-sort');
  }
}

/** The user selected the row `key`. */
export class RowSelectEvent extends Event {
  constructor(readonly key: string) {
    super('ll-row-select');
  }
}

/** The user asks for the menu of the header, which chooses columns; focus returns to `origin`. */
export class HeadMenuEvent extends Event {
  constructor(
    readonly point: Point,
    readonly origin: HTMLElement,
  ) {
    super('ll-head-menu');
  }
}

/** The user opens (`expand`) or closes the row `key`. */
export class RowToggleEvent extends Event {
  constructor(
    readonly key: string,
    readonly expand: boolean,
  ) {
    super('ll-row-toggle');
  }
}

/** The user asks for the context menu of the row `key`; focus returns to `origin`. */
export class RowMenuEvent extends Event {
  constructor(
    readonly key: string,
    readonly point: Point,
    readonly origin: HTMLElement,
  ) {
    super('ll-row-menu');
  }
}
