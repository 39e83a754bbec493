import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    min-height: 0;
    color: var(--text-table);
    font: 12px/16px var(--font-table);
  }

  .scroll {
    outline: none;
    height: 100%;
    overflow: auto;
    scroll-padding-top: 54px;
    scrollbar-color: light-dark(#858585, #959595) transparent;
    scrollbar-width: thin;
  }

  .grid {
    display: flex;
    flex-direction: column;
    min-width: max-content;
    min-height: 100%;
  }

  .row,
  .filler {
    display: grid;
    grid-template-columns: var(--columns);
  }

  .row {
    --row-tint: transparent;
    min-height: 28px;
    background: linear-gradient(var(--row-tint) 0 0);
    cursor: default;
    user-select: none;
  }

  .row:is(:hover, [aria-selected='true']):not(.group, .head-row) {
    --row-tint: var(--subtle-hover);
  }

  .row:focus-visible {
    outline-offset: -2px;
    box-shadow: none;
  }

  .cell {
    display: flex;
    align-items: center;
    min-width: 0;
    box-sizing: border-box;
    padding-inline: 7px;
    border-right: 1px solid var(--stroke-column);
    white-space: nowrap;
  }

  .number {
    justify-content: flex-end;
  }

  .text {
    overflow: hidden;
    text-overflow: ellipsis;
  }

  .name {
    position: relative;
    gap: 6px;
    padding-left: calc(36px + 24px * var(--depth, 0));
  }

  .cell > .icon {
    flex: none;
  }

  .cell:not(.name) > .icon {
    margin-right: 4px;
  }

  .name .icon[data-icon='process'] {
    --icon-size: 16px;
    height: 12px;
  }

  .expander {
    --icon-size: 12px;
    position: absolute;
    left: calc(9px + 24px * var(--depth, 0));
    display: grid;
    place-items: center;
    width: 24px;
    height: 24px;
  }

  .group {
    min-height: 39px;
    font-size: 16px;
    line-height: 22px;
  }

  .group .name {
    padding-left: 16px;
    overflow: visible;
    z-index: 1;
  }

  .group .text {
    overflow: visible;
  }

  .group .expander {
    position: static;
    visibility: hidden;
  }

  .group:is(:hover, :focus-visible, [aria-expanded='false']) .expander {
    visibility: visible;
  }

  .filler {
    flex: 1;
  }

  .no-match {
    position: sticky;
    left: 0;
    margin: 24px 16px;
    width: fit-content;
  }

  @media (max-width: 699px) {
    .row:not(.group) .name,
    .name-head {
      position: sticky;
      left: 0;
      z-index: 1;
      background: linear-gradient(var(--row-tint) 0 0), var(--surface-content);
    }
  }

  @media (forced-colors: active) {
    .row[aria-selected='true'] {
      outline: 1px dashed Highlight;
      outline-offset: -1px;
    }

    .row:focus-visible {
      outline: 2px solid Highlight;
    }

    .heat[data-level='1']::before {
      content: '▮';
      margin-right: auto;
    }

    .heat[data-level='2']::before {
      content: '▮▮';
      margin-right: auto;
    }

    .heat:is([data-level='3'], [data-level='4'])::before {
      content: '▮▮▮';
      margin-right: auto;
    }
  }
`;
