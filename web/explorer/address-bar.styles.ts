import { css } from 'lit';

export const styles = css`
  :host {
    display: flex;
    flex: none;
    align-items: center;
    gap: 4px;
    padding: 4px;
    border-bottom: 1px solid var(--stroke-bar);
    background: var(--surface-mica);
    font: 12px/16px var(--font-text);
  }

  .address {
    display: flex;
    flex: 1;
    min-width: 0;
    box-sizing: border-box;
    height: 32px;
    border: 1px solid var(--stroke-menu);
    border-radius: var(--radius-control);
    background: var(--surface-search);
    color: var(--text);
  }

  input {
    padding-inline: 12px;
    font: inherit;
    text-overflow: ellipsis;
  }

  ol {
    display: flex;
    flex: 0 1 auto;
    align-items: center;
    min-width: 0;
    margin: 0;
    padding: 2px;
    overflow: auto hidden;
    list-style: none;
    scrollbar-width: none;
  }

  li {
    --icon-size: 10px;
    display: flex;
    flex: none;
    align-items: center;
  }

  button {
    min-width: 24px;
    height: 26px;
    padding: 0 6px;
    border: 0;
    border-radius: var(--radius-control);
    background: none;
    color: inherit;
    font: inherit;
    white-space: nowrap;
    outline-offset: -2px;
    cursor: default;
  }

  button:hover {
    background: var(--subtle-hover);
  }

  .blank {
    flex: 1 0 24px;
    height: 30px;
    cursor: text;
  }

  .blank:hover {
    background: none;
  }

  /* What the keys Backspace and F5 do as well gives its room to the address. */
  @container explorer (max-width: 480px) {
    .forward,
    .refresh {
      display: none;
    }
  }
`;
