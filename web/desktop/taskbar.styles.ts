import { css } from 'lit';

export const styles = css`
  nav {
    position: relative;
    display: flex;
    align-items: center;
    justify-content: center;
    gap: 4px;
    box-sizing: border-box;
    height: var(--taskbar-height);
    border-top: 1px solid var(--stroke-menu);
    background: var(--surface-taskbar);
    backdrop-filter: blur(20px);
    color: var(--text);
  }

  ll-start-menu,
  ll-menu {
    position: absolute;
  }

  button {
    --icon-size: 24px;
    position: relative;
    display: grid;
    place-items: center;
    width: 40px;
    height: 40px;
    padding: 0;
    border: 0;
    border-radius: var(--radius-control);
    background: none;
    outline-offset: -2px;
  }

  button:hover,
  button[aria-pressed='true'] {
    background: light-dark(#ffffffb3, #ffffff17);
  }

  button[data-open]::after {
    content: '';
    position: absolute;
    bottom: 2px;
    width: 6px;
    height: 3px;
    border-radius: 2px;
    background: var(--stroke-strong);
  }

  button[aria-pressed='true']::after {
    width: 16px;
    background: var(--accent);
  }

  time {
    position: absolute;
    right: 12px;
    display: grid;
    justify-items: end;
    font-size: 12px;
    line-height: 16px;
  }

  /* So that the clock has room beside every program's button. */
  @media (max-width: 440px) {
    nav {
      justify-content: flex-start;
      gap: 0;
      padding-left: 4px;
    }

    button {
      width: 36px;
    }
  }

  @media (max-width: 370px) {
    button {
      width: 29px;
    }

    time {
      right: 4px;
    }
  }

  @media (forced-colors: active) {
    button[data-open]::after {
      background: ButtonText;
      forced-color-adjust: none;
    }

    button[aria-pressed='true']:not(:focus-visible) {
      outline: 1px solid Highlight;
      outline-offset: -1px;
    }

    button[aria-pressed='true']::after {
      background: Highlight;
    }
  }
`;
