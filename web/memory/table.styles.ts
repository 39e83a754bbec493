import { css } from 'lit';

/** Tables of Memory, and the squares of colour in them. */
export const tableStyles = css`
  table {
    width: 100%;
    border-collapse: collapse;
    font: 12px/16px var(--font-table);
  }

  caption {
    padding: 0 8px 4px;
    font-weight: 600;
    text-align: start;
  }

  th {
    padding: 4px 8px;
    color: var(--text-secondary);
    font-weight: 400;
    text-align: start;
    white-space: nowrap;
  }

  @media (max-width: 479px) {
    th {
      white-space: normal;
    }
  }

  td {
    padding: 4px 8px;
    font-variant-numeric: tabular-nums;
  }

  .number {
    text-align: end;
    white-space: nowrap;
  }

  .code {
    font-family: var(--font-code);
    white-space: nowrap;
  }

  .swatch {
    display: inline-block;
    box-sizing: border-box;
    width: 12px;
    height: 12px;
    margin-inline-end: 8px;
    border: 1px solid var(--stroke-strong);
    vertical-align: -2px;
    forced-color-adjust: none;
  }

  .link {
    min-height: 24px;
    min-width: 24px;
    padding: 0 2px;
    border: 0;
    background: none;
    color: var(--text-link);
    font: inherit;
    text-align: start;
    text-decoration: underline;
    overflow-wrap: anywhere;
    cursor: pointer;
  }
`;
