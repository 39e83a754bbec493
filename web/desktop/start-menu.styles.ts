import { css } from 'lit';

export const styles = css`
  [popover] {
    position: fixed;
    inset: auto auto calc(var(--taskbar-height) + 12px) 50%;
    translate: -50%;
    box-sizing: border-box;
    width: min(400px, calc(100vw - 16px));
    max-height: calc(100dvh - var(--taskbar-height) - 24px);
    margin: 0;
    padding: 16px 12px;
    border: 1px solid var(--stroke-menu);
    border-radius: var(--radius-window);
    overflow: auto;
    background: var(--surface-mica);
    box-shadow: var(--shadow-window);
    color: var(--text);
  }

  p {
    margin: 0 12px 8px;
    font-weight: 600;
  }

  button {
    --icon-size: 24px;
    display: flex;
    align-items: center;
    gap: 16px;
    width: 100%;
    min-height: 40px;
    padding: 0 12px;
    border: 0;
    border-radius: var(--radius-control);
    background: none;
    color: inherit;
    font: inherit;
    text-align: left;
    outline-offset: -2px;
  }

  button:hover {
    background: var(--subtle-hover);
  }
`;
