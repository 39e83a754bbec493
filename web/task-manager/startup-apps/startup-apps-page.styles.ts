import { css } from 'lit';

/** The strip under the command bar, as measured on the real page. */
export const styles = css`
  .bios-time {
    display: flex;
    flex: none;
    align-items: center;
    justify-content: flex-end;
    gap: 8px;
    box-sizing: border-box;
    min-height: 48px;
    margin: 0;
    padding-inline: 21px;
    font-size: 12px;
  }
`;
