import { css } from 'lit';

export const styles = css`
  :host {
    display: flex;
    flex-direction: column;
    height: 100dvh;
    background:
      radial-gradient(60vmax 40vmax at 72% 20%, light-dark(#8fd3ffcc, #1d5f96b3), transparent 70%),
      radial-gradient(70vmax 50vmax at 20% 85%, light-dark(#2f7fd6d9, #0c2f57), transparent 70%),
      linear-gradient(160deg, light-dark(#cfe8fb, #071521), light-dark(#5aa5e6, #0d3358));
  }

  main {
    position: relative;
    flex: 1;
    min-height: 0;
    overflow: clip;
    isolation: isolate;
  }

  @media (forced-colors: active) {
    :host {
      background: Canvas;
    }
  }

  ll-taskbar {
    z-index: 1;
  }
`;
