import { css } from 'lit';

export const styles = css`
  .frame {
    display: flex;
    flex-direction: column;
    height: 100%;
    overflow: auto;
    font: 12px/16px var(--font-table);
  }

  ll-grid {
    flex: 1 0 160px;
    overflow: hidden;
    background: var(--surface-content);
  }

  ev-filter-bar {
    flex: none;
  }

  ev-details {
    flex: none;
    max-height: 45%;
    box-sizing: border-box;
  }

  /* Where there is no room for three parts, the frame scrolls instead of them. */
  @media (max-height: 500px) {
    ev-details {
      max-height: none;
    }
  }
`;
