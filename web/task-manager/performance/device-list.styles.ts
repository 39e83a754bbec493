import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    overflow-y: auto;
    scrollbar-color: light-dark(#858585, #959595) transparent;
    scrollbar-width: thin;
    color: var(--text-table);
    font: 12px/16px var(--font-table);
  }

  [role='tablist'] {
    padding: 8px 0;
  }

  button {
    display: flex;
    align-items: flex-start;
    gap: 10px;
    width: 204px;
    height: 60px;
    padding: 10px;
    border: 0;
    background: none;
    color: inherit;
    font: inherit;
    text-align: left;
    outline-offset: -2px;
  }

  button.tall {
    height: 66px;
  }

  button:hover {
    background: var(--subtle-hover);
  }

  button[aria-selected='true'] {
    background: light-dark(#f6f6f6, #272727);
  }

  tm-graph {
    --graph-surface: light-dark(#fff, #292929);
    flex: none;
    width: 60px;
    height: 100%;
  }

  .text {
    display: flex;
    flex-direction: column;
    min-width: 0;
  }

  .name {
    font-size: 16px;
    line-height: 20px;
    margin-top: -3px;
  }

  .line {
    color: light-dark(#646464, #cdcdcd);
    line-height: 15px;
  }

  .name,
  .line {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  @media (max-width: 699px) {
    button {
      width: 76px;
      flex-direction: column;
      height: auto;
      gap: 2px;
      padding: 8px;
    }

    tm-graph {
      height: 40px;
      flex: none;
    }

    .name {
      margin: 0;
      font-size: 12px;
      line-height: 16px;
    }

    .line {
      display: none;
    }
  }

  @media (forced-colors: active) {
    button[aria-selected='true'] {
      outline: 1px solid Highlight;
      outline-offset: -1px;
    }

    button:focus-visible {
      outline: 2px solid Highlight;
    }
  }
`;
