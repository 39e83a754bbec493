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
    top: 0;
    padding: 6px 8px;
    background: var(--surface-content);
    color: var(--text-secondary);
    font-weight: 400;
    text-align: left;
    white-space: nowrap;
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

  @media (forced-colors: active) {
    tbody tr[aria-selected='true'] {
      outline: 1px dashed Highlight;
    }
  }
`;
