import { css } from 'lit';

/** Cells whose colour says how much there is: `data-level` is 0 to 4. */
export const heatStyles = css`
  .heat {
    background: var(--heat-0);
    border-right-color: var(--stroke-heat);
  }

  .heat[data-level='1'] {
    background: var(--heat-1);
  }

  .heat[data-level='2'] {
    background: var(--heat-2);
  }

  .heat[data-level='3'] {
    background: var(--heat-3);
  }

  .heat[data-level='4'] {
    background: var(--heat-4);
  }
`;
