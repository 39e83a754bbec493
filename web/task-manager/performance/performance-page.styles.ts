import { css } from 'lit';

export const styles = css`
  :host {
    display: flex;
    flex-direction: column;
    height: 100%;
  }

  .paused {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: flex-end;
    gap: 0 8px;
    flex: none;
    padding: 4px 5px 4px 16px;
    border-bottom: 1px solid var(--stroke-bar);
    color: var(--text-secondary);
    font: 12px/16px var(--font-table);
  }

  .body {
    display: flex;
    flex: 1;
    min-height: 0;
  }

  tm-device-list {
    flex: none;
    width: 222px;
    padding-left: 3px;
  }

  .panel {
    flex: 1;
    min-width: 0;
    outline-offset: -2px;
  }

  tm-device-panel {
    height: 100%;
    box-sizing: border-box;
    padding-left: 12px;
  }

  @media (max-width: 699px) {
    tm-device-list {
      width: 84px;
    }

    tm-device-panel {
      padding-left: 4px;
    }
  }
`;
