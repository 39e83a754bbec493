import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    position: relative;
  }

  .grid {
    position: relative;
    aspect-ratio: 2;
    border: 1px solid var(--stroke-strong);
    cursor: crosshair;
    touch-action: manipulation;
  }

  canvas {
    display: block;
    width: 100%;
    height: 100%;
    image-rendering: pixelated;
    forced-color-adjust: none;
  }

  .here {
    position: absolute;
    box-sizing: border-box;
    min-width: 8px;
    min-height: 8px;
    border: 2px solid var(--focus-outer);
    outline: 1px solid var(--focus-inner);
    pointer-events: none;
    translate: -1px -1px;
  }
`;
