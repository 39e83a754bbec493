import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }

  label {
    position: relative;
    display: flex;
    flex-direction: column;
    gap: 6px;
    width: fit-content;
  }

  select {
    box-sizing: border-box;
    min-width: 200px;
    height: 32px;
    padding: 0 32px 0 10px;
    appearance: none;
    border: 1px solid var(--stroke-control);
    border-bottom-color: var(--stroke-control-bottom);
    border-radius: var(--radius-control);
    background: var(--surface-control);
    color: var(--text);
    font: inherit;
  }

  /* The chevron: two sides of a square that stands on its corner. */
  label::after {
    position: absolute;
    right: 14px;
    bottom: 14px;
    width: 6px;
    height: 6px;
    border: solid var(--text-secondary);
    border-width: 0 1px 1px 0;
    rotate: 45deg;
    content: '';
    pointer-events: none;
  }

  option {
    background: var(--surface-menu);
    color: var(--text);
  }
`;
