import { css } from 'lit';

export const styles = css`
  .frame {
    display: flex;
    flex-direction: column;
    height: 100%;
    font: 12px/16px var(--font-text);
  }

  mem-address {
    flex: none;
    padding: 8px 16px;
    border-bottom: 1px solid var(--stroke-bar);
  }

  .panes {
    display: grid;
    flex: 1;
    grid-template-columns: minmax(0, 3fr) minmax(0, 2fr);
    min-height: 0;
  }

  .pane {
    box-sizing: border-box;
    min-height: 0;
    padding: 8px 16px 16px;
    overflow: auto;
    outline-offset: -2px;
  }

  .pane + .pane {
    border-inline-start: 1px solid var(--stroke-pane);
  }

  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 8px;
    padding-bottom: 8px;
  }

  h2 {
    margin: 0;
    font: 600 16px/24px var(--font-text);
  }

  .range {
    flex: 1 1 200px;
    margin: 0;
    font-variant-numeric: tabular-nums;
  }

  mem-legend,
  mem-walk,
  .cell {
    margin-top: 16px;
  }

  mem-legend,
  mem-walk {
    display: block;
  }

  .walk {
    display: flex;
    justify-content: end;
  }

  .part {
    margin: 0 0 8px;
  }

  @container (max-width: 719px) {
    .panes {
      display: block;
      overflow: auto;
    }

    .pane {
      overflow: visible;
    }

    .pane + .pane {
      border-inline-start: 0;
      border-top: 1px solid var(--stroke-pane);
    }
  }

  /* Where there is no room for two parts, one below the other, all of it scrolls. */
  @media (max-height: 500px) {
    .frame {
      overflow: auto;
    }

    .panes {
      flex: none;
    }
  }

  .room {
    container-type: inline-size;
    height: 100%;
  }
`;
