import { css } from 'lit';

export const headStyles = css`
  .head {
    position: sticky;
    top: 0;
    z-index: 2;
    border-bottom: 1px solid light-dark(#e5e5e5, #2d2d2d);
    background: var(--surface-content);
  }

  .head .cell {
    padding: 0;
  }

  .head button {
    position: relative;
    display: flex;
    flex-direction: column;
    justify-content: flex-end;
    align-items: flex-start;
    width: 100%;
    height: 51px;
    padding: 0 7px 7px;
    border: 0;
    background: none;
    color: inherit;
    font: inherit;
    outline-offset: -3px;
  }

  .head button:hover {
    background: var(--subtle-hover);
  }

  .head .name-head button {
    padding-left: 16px;
  }

  .head .number button {
    align-items: flex-end;
  }

  .head .total {
    font-size: 16px;
    line-height: 22px;
  }

  .head .label {
    max-width: 100%;
    overflow: hidden;
    color: var(--text-secondary);
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .head .icon {
    --icon-size: 10px;
    position: absolute;
    top: 3px;
    left: calc(50% - 5px);
  }
`;
