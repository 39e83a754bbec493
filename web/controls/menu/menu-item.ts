import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../../icons/icon.js';
import type { MenuItem } from './menu-entry.js';

/** What a line needs to know of its menu. */
interface MenuItemContext {
  index: number;
  focused: boolean;
  /** Whether its submenu is open. */
  expanded: boolean;
  onChoose(): void;
  /** A mouse came over the line; a finger does not hover. */
  onHover(): void;
}

/** One line of a menu that is not a separator. */
export function renderMenuItem(item: MenuItem, context: MenuItemContext): TemplateResult {
  const reason = item.disabledReason || nothing;
  return html`
    <div
      class="item"
      role=${item.choice ? `menuitem${item.choice}` : 'menuitem'}
      data-index=${context.index}
      tabindex=${context.focused ? 0 : -1}
      title=${reason}
      aria-disabled=${item.disabledReason ? 'true' : nothing}
      aria-description=${reason}
      aria-checked=${item.choice ? String(item.checked ?? false) : nothing}
      aria-haspopup=${item.items ? 'menu' : nothing}
      aria-expanded=${item.items ? String(context.expanded) : nothing}
      @click=${context.onChoose}
      @pointerenter=${(event: PointerEvent) => event.pointerType === 'mouse' && context.onHover()}
    >
      ${item.checked ? html`<span class="check">${icon('check')}</span>` : nothing}
      <span class="label">${item.label}</span>
      ${item.items ? icon('chevron-right') : nothing}
    </div>
  `;
}
