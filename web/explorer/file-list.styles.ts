import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    overflow: auto;
    font: 12px/16px var(--font-table);
  }

  table {
    width: 100%;
    border-collapse: collapse;
    user-select: none;
  }

  th {
    position: sticky;
    z-index: 1;
    top: 0;
    padding: 0;
    background: var(--surface-content);
    color: var(--text-secondary);
    font-weight: 400;
    text-align: left;
    white-space: nowrap;
  }

  th button {
    --icon-size: 10px;
    display: flex;
    align-items: center;
    gap: 4px;
    box-sizing: border-box;
    width: 100%;
    min-height: 28px;
    padding: 0 8px;
    border: 0;
    background: none;
    color: inherit;
    font: inherit;
    outline-offset: -2px;
    cursor: default;
  }

  th button:hover {
    background: var(--subtle-hover);
  }

  th.size button {
    justify-content: flex-end;
  }

  td {
    padding: 5px 8px;
    white-space: nowrap;
  }

  .size {
    text-align: right;
  }

  .name {
    display: flex;
    align-items: center;
    gap: 8px;
  }

  .name > :last-child {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
  }

  .rename {
    box-sizing: border-box;
    width: 100%;
    min-width: 120px;
    height: 22px;
    margin-block: -3px;
    padding: 0 4px;
    border: 1px solid var(--accent);
    background: var(--surface-content);
    color: var(--text);
    font: inherit;
    user-select: text;
  }

  tbody tr:hover {
    background: var(--subtle-hover);
  }

  tbody tr[aria-selected='true'] {
    background: light-dark(#cce8ff, #143047);
  }

  tr:focus-visible {
    outline-offset: -2px;
  }

  td:not(:first-child) {
    color: var(--text-secondary);
  }

  .empty {
    margin: 24px;
    text-align: center;
    color: var(--text-secondary);
  }

  /* Where there is no room for all, the name and the size tell most. */
  @container explorer (max-width: 480px) {
    table {
      table-layout: fixed;
    }

    .modified,
    .type {
      display: none;
    }

    th.size {
      width: 88px;
    }
  }

  @media (forced-colors: active) {
    tbody tr[aria-selected='true'] {
      outline: 1px dashed Highlight;
    }
  }
`;
