import { css } from 'lit';

export const styles = css`
  .frame {
    box-sizing: border-box;
    height: 100%;
    padding: 8px 20px 20px;
    overflow: auto;
    outline-offset: -2px;
  }

  h2 {
    margin: 0 0 8px;
    font: 600 20px/28px var(--font-text);
  }

  h3 {
    margin: 0;
    font: 600 14px/20px var(--font-text);
  }

  p {
    margin: 0 0 8px;
  }

  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }

  li {
    display: flex;
    align-items: center;
    gap: 12px;
    padding: 10px 0;
    border-top: 1px solid var(--stroke-column);
  }

  li div {
    flex: 1;
    min-width: 0;
  }

  li p {
    margin: 0;
    color: var(--text-secondary);
    font: 12px/16px var(--font-text);
  }

  .state {
    color: var(--text-secondary);
    font: 12px/16px var(--font-text);
  }

  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    padding: 12px 0;
    border-top: 1px solid var(--stroke-column);
  }
`;
