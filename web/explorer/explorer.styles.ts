import { css } from 'lit';

export const styles = css`
  :host {
    display: contents;
  }

  .frame {
    display: flex;
    flex-direction: column;
    height: 100%;
    background: var(--surface-content);
  }

  .bar {
    display: flex;
    align-items: center;
    flex-wrap: wrap;
    gap: 4px;
    padding: 4px;
    border-bottom: 1px solid var(--stroke-bar);
  }

  .address-bar {
    flex-wrap: nowrap;
    background: var(--surface-mica);
  }

  .address {
    flex: 1;
    min-width: 0;
    box-sizing: border-box;
    height: 32px;
    padding-inline: 12px;
    border: 1px solid var(--stroke-menu);
    border-radius: var(--radius-control);
    background: var(--surface-search);
    color: var(--text);
    font: inherit;
    font-size: 12px;
    text-overflow: ellipsis;
  }

  fe-file-list {
    flex: 1;
    min-height: 0;
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
