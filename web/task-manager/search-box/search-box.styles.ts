import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }

  :host([hidden]) {
    display: none;
  }

  label {
    display: flex;
    align-items: center;
    gap: 20px;
    box-sizing: border-box;
    height: 32px;
    padding-inline: 14px 10px;
    border: 1px solid var(--stroke-search);
    border-bottom-color: var(--stroke-strong);
    border-radius: var(--radius-control);
    background: var(--surface-search);
  }

  label:focus-within {
    border-bottom: 2px solid var(--accent);
  }

  .icon {
    --icon-size: 12px;
  }

  input {
    flex: 1;
    min-width: 0;
    border: 0;
    background: none;
    color: var(--text);
    font: inherit;
    text-overflow: ellipsis;
    outline: none;
  }

  input::placeholder {
    color: var(--text-secondary);
    opacity: 1;
  }

  @media (max-width: 699px) {
    label {
      gap: 8px;
      padding-inline: 8px;
    }
  }
`;
