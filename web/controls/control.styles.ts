import { css } from 'lit';

/** Windows 11's two-tone focus ring, and the text that only a screen reader gets. */
export const focusStyles = css`
  :focus-visible {
    outline: 2px solid var(--focus-outer);
    outline-offset: 1px;
    box-shadow: 0 0 0 1px var(--focus-inner);
  }

  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;
