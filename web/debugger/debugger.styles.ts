import { css } from 'lit';

export const styles = css`
  .frame {
    position: relative;
    display: flex;
    flex-direction: column;
    height: 100%;
    overflow-y: auto;
    container: debugger / size;
  }

  .bar {
    display: flex;
    flex: none;
    flex-wrap: wrap;
    gap: 4px;
    padding: 0 4px 4px;
    border-bottom: 1px solid var(--stroke-bar);
  }

  .content {
    flex: 1;
    display: flex;
    min-height: 0;
  }

  dbg-start-page,
  dbg-workspace {
    flex: 1;
  }

  /* There, panes are tabs. */
  @media (max-width: 699px) {
    .bar .panes {
      display: none;
    }
  }

  /* A page at 400 %: what is typed and answered needs the room, and the bar scrolls away. */
  @container debugger (max-width: 600px) and (max-height: 360px) {
    .content {
      flex: none;
      height: 100cqb;
    }

    .bar .word {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
      white-space: nowrap;
    }
  }

  .drop {
    position: absolute;
    inset: 8px;
    z-index: 2;
    display: grid;
    place-items: center;
    border: 2px dashed var(--accent);
    border-radius: var(--radius-window);
    background: light-dark(#eff6fcf2, #10263af2);
    font-size: 20px;
    pointer-events: none;
  }
`;
