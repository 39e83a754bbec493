import { css } from 'lit';

export const styles = css`
  :host {
    display: contents;
  }

  [role='menu'] {
    position: fixed;
    inset: auto;
    box-sizing: border-box;
    width: var(--menu-width, 302px);
    max-width: calc(100vw - 8px);
    max-height: 100dvh;
    margin: 0;
    padding: 4px;
    border: 1px solid var(--stroke-menu);
    border-radius: var(--radius-control);
    overflow: hidden auto;
    background: var(--surface-menu);
    box-shadow: var(--shadow-menu);
    color: var(--text-table);
    font: 12px/16px var(--font-table);
    cursor: default;
    user-select: none;
  }

  /* Windows draws lines of 22.4 px; 24 px is the smallest target that everyone can hit. */
  .item {
    display: flex;
    align-items: center;
    min-height: 24px;
    padding: 0 12px 0 32px;
    border-radius: var(--radius-control);
    position: relative;
    outline-offset: -2px;
  }

  .item:hover,
  .item:focus,
  .item[aria-expanded='true'] {
    background: light-dark(#f0f0f0, #383838);
  }

  .item:focus:not(:focus-visible) {
    outline: none;
  }

  .item[aria-disabled='true'] {
    color: var(--text-disabled);
  }

  .label {
    flex: 1;
  }

  .icon {
    --icon-size: 12px;
  }

  .check {
    position: absolute;
    left: 10px;
  }

  [role='separator'] {
    height: 1px;
    margin: 3px 0;
    background: var(--stroke-menu);
  }

  @media (forced-colors: active) {
    .item:focus {
      outline: 2px solid Highlight;
    }

    .item[aria-disabled='true'] {
      color: GrayText;
    }

    [role='separator'] {
      background: CanvasText;
    }
  }
`;
