import { css } from 'lit';

/** Size and alignment of `icon()`; an element changes the size with `--icon-size`. */
export const iconStyles = css`
  .icon {
    display: inline-flex;
    flex: none;
    width: var(--icon-size, 16px);
    height: var(--icon-size, 16px);
  }

  .icon svg {
    width: 100%;
    height: 100%;
  }
`;
