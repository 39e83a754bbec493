import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    user-select: text;
  }

  header {
    display: flex;
    align-items: center;
  }

  h2 {
    flex: 1;
    margin: 0;
    font: 600 16px/24px var(--font-text);
  }

  h3 {
    margin: 12px 0 4px;
    font: 600 12px/16px var(--font-text);
  }

  p {
    margin: 4px 0;
    font: 12px/16px var(--font-text);
  }

  p.code {
    font-family: var(--font-code);
    white-space: normal;
  }

  dl {
    display: grid;
    grid-template-columns: fit-content(50%) 1fr;
    gap: 2px 12px;
    margin: 0;
    font: 12px/24px var(--font-text);
  }

  dt {
    color: var(--text-secondary);
    line-height: 24px;
  }

  dd {
    min-width: 0;
    margin: 0;
    overflow-wrap: anywhere;
  }

  dd .link {
    line-height: 24px;
  }

  .in {
    font-weight: 600;
  }

  .bytes {
    height: 260px;
    overflow: auto;
    border: 1px solid var(--stroke-column);
    font: 12px/16px var(--font-code);
    white-space: pre;
  }

  .bytes div {
    width: max-content;
    padding-inline: 4px;
  }
`;
