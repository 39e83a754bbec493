import { css } from 'lit';

/** A page of a command bar and a grid. */
export const pageStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    height: 100%;
  }

  ll-grid {
    flex: 1;
  }
`;
