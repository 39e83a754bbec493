import { css } from 'lit';

export const styles = css`
  :host {
    position: relative;
    display: block;
    min-height: 0;
    color: var(--text-table);
    font: 12px/16px var(--font-table);
  }

  .scroll {
    height: 100%;
    overflow: auto;
    outline: none;
    scrollbar-color: light-dark(#858585, #959595) transparent;
    scrollbar-width: thin;
  }

  .list {
    min-width: max-content;
    outline: none;
  }

  .head {
    position: sticky;
    top: 0;
    z-index: 1;
    display: flex;
    height: 25px;
    background: var(--surface-content);
  }

  .head .cell {
    padding: 0;
    height: 24px;
    border-right: 1px solid light-dark(#e5e5e5, #636363);
  }

  .head button {
    position: relative;
    width: 100%;
    height: 24px;
    padding: 0 4px 0 6px;
    border: 0;
    overflow: hidden;
    background: none;
    color: inherit;
    font: inherit;
    text-align: start;
    text-overflow: ellipsis;
    white-space: nowrap;
    outline-offset: -2px;
  }

  .head .number button {
    text-align: end;
  }

  .head button:hover {
    background: light-dark(#d9ebf9, #434343);
  }

  .head .icon {
    --icon-size: 8px;
    position: absolute;
    top: -1px;
    left: calc(50% - 4px);
  }

  .row {
    display: flex;
    height: 19px;
    cursor: default;
    user-select: none;
  }

  .row:hover {
    background: light-dark(#e5f3ff, #1f2a33);
  }

  .row[aria-selected='true'] {
    box-shadow: inset 0 0 0 1px light-dark(#99d1ff, #0078d4);
    background: light-dark(#cce8ff, #143047);
  }

  .scroll:focus-visible .row[aria-selected='true'] {
    outline: 1px dotted light-dark(#000, #edc9aa);
    outline-offset: -2px;
  }

  .cell {
    flex: none;
    box-sizing: border-box;
    padding-inline: 6px 4px;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    line-height: 19px;
    border-right: 1px solid light-dark(#ebf4fe, #1e2022);
  }

  .row .cell:first-child {
    padding-left: 4px;
  }

  .row .number {
    text-align: end;
  }

  .name .icon {
    --icon-size: 16px;
    height: 12px;
    margin-right: 2px;
    vertical-align: -2px;
  }

  .no-match {
    position: absolute;
    top: 25px;
    left: 16px;
    pointer-events: none;
  }

  @media (forced-colors: active) {
    .row[aria-selected='true'] {
      forced-color-adjust: none;
      background: Highlight;
      color: HighlightText;
    }
  }
`;
