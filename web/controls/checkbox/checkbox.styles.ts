import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }

  label {
    display: inline-flex;
    align-items: center;
    gap: 8px;
    min-height: 32px;
  }

  input {
    appearance: none;
    position: relative;
    display: grid;
    place-content: center;
    box-sizing: border-box;
    width: 20px;
    height: 20px;
    margin: 0;
    border: 1px solid var(--stroke-strong);
    border-radius: var(--radius-control);
    background: var(--surface-menu);
  }

  input:hover {
    background: var(--surface-control-hover);
  }

  input:checked {
    border-color: var(--accent-fill);
    background: var(--accent-fill);
  }

  input:checked::after {
    content: '';
    width: 10px;
    height: 5px;
    margin-top: -3px;
    border: solid var(--accent-text);
    border-width: 0 0 1.3px 1.3px;
    rotate: -45deg;
  }

  input:disabled {
    border-color: var(--stroke-strong-disabled);
    background: none;
  }

  input:disabled:checked {
    background: var(--stroke-strong-disabled);
  }

  input:disabled + span {
    color: var(--text-disabled);
  }

  @media (forced-colors: active) {
    input,
    input:checked {
      border-color: ButtonText;
      background: Canvas;
    }

    input:checked::after {
      border-color: ButtonText;
    }

    input:disabled {
      border-color: GrayText;
    }

    input:disabled + span {
      color: GrayText;
    }
  }
`;
