import { css } from 'lit';

export const styles = css`
  nav {
    display: flex;
    flex-direction: column;
    box-sizing: border-box;
    width: 48px;
    height: 100%;
    padding: 4px;
    overflow: hidden auto;
    scrollbar-width: none;
  }

  :host([expanded]) nav {
    width: 240px;
  }

  button {
    position: relative;
    display: flex;
    align-items: center;
    gap: 16px;
    flex: none;
    width: 100%;
    height: 36px;
    margin-block: 2px;
    padding: 0 12px;
    border: 0;
    border-radius: var(--radius-control);
    background: none;
    color: var(--text);
    font: inherit;
    text-align: left;
    white-space: nowrap;
    outline-offset: -2px;
  }

  button:hover:not([aria-disabled]) {
    background: var(--subtle-hover);
  }

  button[aria-current] {
    background: var(--subtle-selected);
  }

  button[aria-current]::before {
    content: '';
    position: absolute;
    left: 0;
    width: 3px;
    height: 16px;
    border-radius: 1.5px;
    background: var(--accent);
    forced-color-adjust: none;
  }

  button[aria-disabled] {
    color: var(--text-disabled);
  }

  .hamburger {
    width: 40px;
    margin-bottom: 2px;
  }

  .settings {
    margin-top: auto;
    margin-bottom: 2px;
  }

  :host(:not([expanded])) .label {
    display: none;
  }

  /* Beside the labels of a narrow window there is no room for the page. */
  :host([overlay]) {
    flex: none;
    width: 48px;
  }

  :host([overlay][expanded]) nav {
    position: absolute;
    z-index: 3;
    background: var(--surface-mica);
    box-shadow: var(--shadow-menu);
  }

  @media (forced-colors: active) {
    :host([overlay][expanded]) nav {
      border-inline-end: 1px solid CanvasText;
    }

    button[aria-disabled] {
      color: GrayText;
    }

    button[aria-current] {
      outline: 1px solid Highlight;
    }

    button[aria-current]::before {
      background: Highlight;
    }
  }
`;
