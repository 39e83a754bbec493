import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }

  label {
    display: flex;
    flex-direction: column;
    gap: 6px;
    width: fit-content;
  }

  select {
    box-sizing: border-box;
    min-width: 200px;
    height: 32px;
    padding: 0 10px;
    border: 1px solid var(--stroke-control);
    border-bottom-color: var(--stroke-control-bottom);
    border-radius: var(--radius-control);
    background: var(--surface-control);
    color: var(--text);
    font: inherit;
  }

  option {
    background: var(--surface-menu);
    color: var(--text);
  }
`;
