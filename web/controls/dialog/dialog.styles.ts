import { css } from 'lit';

export const styles = css`
  dialog {
    box-sizing: border-box;
    width: min(440px, calc(100vw - 32px));
    max-height: calc(100dvh - 32px);
    padding: 0;
    border: 1px solid var(--stroke-window);
    border-radius: var(--radius-window);
    overflow: clip;
    background: var(--surface-dialog);
    box-shadow: var(--shadow-window);
    color: var(--text);
    font: 14px/20px var(--font-text);
  }

  dialog[open] {
    display: flex;
    flex-direction: column;
  }

  dialog::backdrop {
    background: #0000004d;
  }

  h2 {
    margin: 0;
    padding: 20px 24px 12px;
    font-size: 20px;
    font-weight: 600;
    line-height: 28px;
  }

  .content {
    position: relative;
    padding: 0 24px 24px;
    overflow: auto;
    overflow-wrap: anywhere;
  }

  footer {
    display: flex;
    gap: 8px;
    padding: 20px 24px;
    border-top: 1px solid var(--stroke-bar);
    background: var(--surface-dialog-footer);
  }

  footer > * {
    flex: 1;
  }

  p {
    margin: 0 0 12px;
  }

  p:last-child {
    margin-bottom: 0;
  }

  .small {
    min-height: 20px;
    margin: 12px 0 0;
    color: var(--text-secondary);
    font-size: 12px;
  }

  .path {
    user-select: all;
  }

  dl {
    display: grid;
    grid-template-columns: max-content 1fr;
    gap: 6px 20px;
    margin: 0;
    user-select: text;
  }

  dt {
    color: var(--text-secondary);
  }

  dd {
    margin: 0;
  }

  @media (prefers-reduced-motion: no-preference) {
    dialog[open] {
      animation: appear 0.15s ease-out;
    }

    @keyframes appear {
      from {
        opacity: 0;
        scale: 1.03;
      }
    }
  }
`;
