import { css } from 'lit';

export const styles = css`
  :host {
    display: contents;
  }

  .content {
    box-sizing: border-box;
    height: 100%;
    padding: 16px 24px;
    overflow: auto;
    background: var(--surface-content);
    outline-offset: -2px;
  }

  h2 {
    margin: 20px 0 8px;
    font-size: 14px;
    font-weight: 600;
  }

  p {
    margin: 0 0 12px;
  }

  ul {
    margin: 0;
    padding-left: 20px;
  }

  li {
    margin-bottom: 6px;
  }

  dl {
    display: grid;
    grid-template-columns: minmax(0, 160px) 1fr;
    gap: 4px 16px;
    margin: 0 0 12px;
  }

  dt {
    color: var(--text-secondary);
  }

  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }

  a {
    display: inline-block;
    min-height: 24px;
    color: light-dark(#003e92, #99ebff);
  }
`;
