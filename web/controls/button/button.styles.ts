import { css } from 'lit';

export const styles = css`
  :host {
    display: inline-block;
  }

  :host([hidden]) {
    display: none;
  }

  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 10px;
    box-sizing: border-box;
    width: 100%;
    min-height: 32px;
    padding: 4px 15px;
    border: 1px solid var(--stroke-control);
    border-bottom-color: var(--stroke-control-bottom);
    border-radius: var(--radius-control);
    background: var(--surface-control);
    color: var(--text);
    font: inherit;
    cursor: default;
  }

  button:hover {
    background: var(--surface-control-hover);
  }

  :host([variant='accent']) button {
    border-color: transparent;
    background: var(--accent-fill);
    color: var(--accent-text);
  }

  :host([variant='accent']) button:hover {
    background: var(--accent-fill-hover);
  }

  :host([variant='subtle']) button {
    border-color: transparent;
    background: none;
    padding-inline: 11px;
    font-size: 12px;
    line-height: 16px;
  }

  :host([variant='subtle']) button:hover {
    background: var(--subtle-hover);
  }

  :host([variant='subtle']) button:active {
    background: var(--subtle-pressed);
  }

  button[aria-disabled='true'],
  :host([variant]) button[aria-disabled='true'] {
    color: var(--text-disabled);
  }

  :host([variant='subtle']) button[aria-disabled='true'] {
    background: none;
  }

  @media (forced-colors: active) {
    button[aria-disabled='true'],
    :host([variant]) button[aria-disabled='true'] {
      border-color: GrayText;
      color: GrayText;
    }
  }
`;
