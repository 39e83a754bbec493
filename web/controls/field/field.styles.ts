import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    min-width: 0;
  }

  .line {
    display: flex;
    align-items: end;
    gap: 8px;
  }

  label {
    display: flex;
    flex: 1;
    flex-direction: column;
    gap: 6px;
    min-width: 0;
  }

  input {
    box-sizing: border-box;
    width: 100%;
    height: 32px;
    padding: 0 10px;
    border: 1px solid var(--stroke-control);
    border-bottom-color: var(--stroke-strong);
    border-radius: var(--radius-control);
    background: var(--surface-control);
    color: var(--text);
    font: inherit;
  }

  :host([code]) input {
    font: 13px/20px var(--font-code);
  }

  input::placeholder {
    color: var(--text-secondary);
    opacity: 1;
  }

  p {
    margin: 4px 0 0;
    color: var(--text-critical);
  }
`;
