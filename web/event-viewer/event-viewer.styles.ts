import { css } from 'lit';

export const styles = css`
  .frame {
    display: flex;
    flex-direction: column;
    height: 100%;
    font: 12px/16px var(--font-table);
  }

  .events {
    flex: 1;
    overflow: auto;
  }

  table {
    width: 100%;
    border-collapse: collapse;
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

  tbody tr:hover {
    background: var(--subtle-hover);
  }

  tbody tr[aria-selected='true'] {
    background: light-dark(#cce8ff, #143047);
  }

  tr:focus-visible {
    outline-offset: -2px;
  }

  .empty {
    margin: 24px;
    text-align: center;
  }

  .details {
    max-height: 45%;
    overflow: auto;
    padding: 8px 12px;
    border-top: 1px solid var(--stroke-pane);
  }

  .details p {
    margin: 0 0 8px;
  }

  dl {
    display: grid;
    grid-template-columns: max-content 1fr;
    gap: 2px 12px;
    margin: 0;
  }

  dt {
    color: var(--text-secondary);
  }

  dd {
    margin: 0;
    user-select: text;
  }
`;
