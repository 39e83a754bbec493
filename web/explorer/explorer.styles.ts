import { css } from 'lit';

export const styles = css`
  :host {
    display: contents;
  }

  .frame {
    container: explorer / inline-size;
    display: flex;
    flex-direction: column;
    height: 100%;
    background: var(--surface-content);
  }

  .panes {
    display: flex;
    flex: 1;
    min-height: 0;
  }

  fe-file-list {
    flex: 1;
    min-width: 0;
  }

  .details {
    flex: none;
    margin: 0;
    padding: 6px 12px;
    border-top: 1px solid var(--stroke-bar);
    background: var(--surface-mica);
    font-size: 12px;
    line-height: 18px;
    overflow-wrap: anywhere;
  }

  .details:empty {
    display: none;
  }
`;
