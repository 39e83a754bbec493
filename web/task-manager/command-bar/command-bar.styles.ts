import { css } from 'lit';

export const styles = css`
  :host {
    display: flex;
    align-items: center;
    flex: none;
    min-height: 48px;
    padding-left: 16px;
    padding-right: 5px;
    container-type: inline-size;
    border-bottom: 1px solid var(--stroke-bar);
  }

  h1 {
    flex: 1;
    margin: 0;
    font-size: 14px;
    font-weight: 600;
    white-space: nowrap;
  }

  .divider {
    width: 1px;
    height: 32px;
    margin-inline: 4px;
    background: var(--stroke-menu);
  }

  .label {
    white-space: nowrap;
  }

  /* Also where a window fills half of the desktop. */
  @container (max-width: 600px) {
    .label {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
  }
`;
