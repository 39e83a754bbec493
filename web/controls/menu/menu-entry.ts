/** One line of a menu. */
export interface MenuItem {
  /** What `ll-select` reports. */
  id: string;
  label: string;
  /** Why it cannot be chosen now. It stays focusable. */
  disabledReason?: string | undefined;
  /** A submenu. */
  items?: MenuEntry[];
  /** Makes the line a check box (or, in a group of choices, a radio button) with this state. */
  checked?: boolean;
  choice?: 'checkbox' | 'radio';
}

export type MenuEntry = MenuItem | 'separator';

/** The user chose a line of a menu. */
export class MenuSelectEvent extends Event {
  constructor(readonly id: string) {
    super('ll-select', { bubbles: true, composed: true });
  }
}
