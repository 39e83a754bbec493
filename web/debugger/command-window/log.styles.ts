import { css } from 'lit';

/** Height of a line, CSS px: what is rendered follows from it. */
export const LINE = 20;

export const styles = css`
  :host {
    display: block;
    position: relative;
    min-height: 0;
    overflow: auto;
    background: var(--surface-content);
    color: var(--text-table);
    font: 14px/${LINE}px var(--font-code);
    tab-size: 8;
    outline-offset: -2px;
  }

  .sheet {
    min-width: max-content;
    box-sizing: border-box;
  }

  .line {
    height: ${LINE}px;
    padding-inline: 12px;
    white-space: pre;
  }

  .echo {
    color: var(--text-echo);
    font-weight: 600;
  }

  .current {
    background: light-dark(#fff4ce, #433519);
  }

  .all .line {
    background: light-dark(#cce8ff, #143047);
  }

  mark {
    background: light-dark(#ffe08a, #443400);
    color: inherit;
  }

  .at {
    outline: 2px solid var(--accent);
    outline-offset: 1px;
  }

  a {
    color: var(--text-link);
    text-decoration: underline;
    text-decoration-thickness: 1px;
    text-underline-offset: 3px;
    cursor: pointer;
  }

  a:hover {
    text-decoration-thickness: 2px;
  }

  @media (forced-colors: active) {
    .current {
      outline: 1px dashed Highlight;
    }

    mark,
    .all .line,
    .all a {
      background: Highlight;
      color: HighlightText;
    }
  }
`;
