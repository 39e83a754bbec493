import { css } from 'lit';

export const styles = css`
  dialog {
    color-scheme: dark;
    width: 100vw;
    max-width: none;
    height: 100vh;
    max-height: none;
    box-sizing: border-box;
    margin: 0;
    border: 0;
    padding: 24px;
    overflow: auto;
    background: #10233a;
    color: #fff;
    font: 16px/24px var(--font-text);
  }

  .page {
    display: grid;
    gap: 20px;
    align-content: center;
    box-sizing: border-box;
    max-width: 640px;
    min-height: 100%;
    margin-inline: auto;
  }

  svg {
    width: 96px;
    height: 72px;
  }

  h1 {
    margin: 0;
    font: 600 28px/36px var(--font-text);
  }

  p {
    margin: 0;
  }

  dl {
    display: grid;
    grid-template-columns: max-content 1fr;
    gap: 4px 20px;
    margin: 0;
  }

  dt {
    color: #c5d3e2;
  }

  dd {
    margin: 0;
    overflow-wrap: anywhere;
    font-family: var(--font-code);
    user-select: text;
  }

  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }

  .bar {
    position: fixed;
    top: 0;
    left: 50%;
    z-index: 1000;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    box-sizing: border-box;
    max-width: 100%;
    padding: 6px 12px;
    border: 1px solid var(--stroke-window);
    border-top: 0;
    background: var(--surface-menu);
    color: var(--text);
    transform: translateX(-50%);
  }

  @media (max-width: 479px) {
    dl {
      grid-template-columns: 1fr;
    }
  }
`;
