import { css } from 'lit';

export const styles = css`
  :host {
    display: contents;
  }

  .frame {
    position: relative;
    display: flex;
    height: 100%;
  }

  .page {
    flex: 1;
    min-width: 0;
    box-sizing: border-box;
    border: 1px solid var(--stroke-pane);
    border-width: 1px 0 0 1px;
    border-top-left-radius: var(--radius-window);
    overflow: clip;
    background: var(--surface-content);
  }
`;
