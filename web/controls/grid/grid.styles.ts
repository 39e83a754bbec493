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
    outline-offset: -2px;
    scrollbar-color: light-dark(#858585, #959595) transparent;
    scrollbar-width: thin;
  }

  .list {
    min-width: max-content;
  }

  .head-row,
  .row {
    display: grid;
    grid-template-columns: var(--columns);
  }

  .head {
    position: sticky;
    top: 0;
    z-index: 2;
    border-bottom: 1px solid light-dark(#e5e5e5, #2d2d2d);
    background: var(--surface-content);
  }

  .cell {
    display: flex;
    align-items: center;
    box-sizing: border-box;
    min-width: 0;
    padding-inline: 7px;
    border-right: 1px solid light-dark(#efefef, #2d2d2d);
    white-space: nowrap;
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
    height: 31px;
    padding: 0 7px 7px;
    border: 0;
    background: none;
    color: inherit;
    font: inherit;
    outline-offset: -3px;
  }

  .head.tall button {
    height: 51px;
  }

  .head button:hover {
    background: var(--subtle-hover);
  }

  .head .cell:first-child button {
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
    top: 1px;
    left: calc(50% - 5px);
  }

  .row {
    --row-tint: transparent;
    height: 28px;
    background: linear-gradient(var(--row-tint) 0 0);
    cursor: default;
    user-select: none;
  }

  .row:is(:hover, [aria-selected='true']) {
    --row-tint: var(--subtle-hover);
  }

  .scroll:focus-visible:has([aria-selected='true']) {
    outline: none;
    box-shadow: none;
  }

  .scroll:focus-visible .row[aria-selected='true'] {
    outline: 2px solid var(--focus-outer);
    outline-offset: -2px;
  }

  .number {
    justify-content: flex-end;
  }

  .name {
    position: relative;
    gap: 6px;
    padding-left: calc(14px + 24px * var(--depth, 0));
  }

  :host(:is([tree], [indented])) .name {
    padding-left: calc(36px + 24px * var(--depth, 0));
  }

  .name .icon {
    --icon-size: 16px;
  }

  .name .icon[data-icon='process'] {
    height: 12px;
  }

  .text {
    overflow: hidden;
    text-overflow: ellipsis;
  }

  .name .expander {
    position: absolute;
    left: calc(9px + 24px * var(--depth, 0));
    display: grid;
    place-items: center;
    width: 24px;
    height: 24px;
  }

  .expander .icon {
    --icon-size: 12px;
  }

  .no-match {
    position: absolute;
    top: 40px;
    left: 16px;
    margin: 0;
    pointer-events: none;
  }

  @media (forced-colors: active) {
    .row[aria-selected='true'] {
      outline: 1px dashed Highlight;
      outline-offset: -1px;
    }

    .scroll:focus-visible .row[aria-selected='true'] {
      outline: 2px solid Highlight;
    }
  }
`;
