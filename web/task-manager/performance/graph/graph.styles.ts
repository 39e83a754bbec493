import { css } from 'lit';

export const styles = css`
  :host {
    --hairline: 1px;
    position: relative;
    display: block;
    box-sizing: border-box;
    border: var(--hairline) solid #757575;
    background: var(--graph-surface, var(--surface-content));
    overflow: hidden;
  }

  svg {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
  }

  line,
  polyline {
    fill: none;
    stroke-width: var(--hairline);
    vector-effect: non-scaling-stroke;
  }

  .grid {
    stroke: light-dark(#ebebeb, #2c2c2c);
    shape-rendering: crispEdges;
  }

  polyline {
    stroke: var(--graph-line);
    stroke-width: 1px;
  }

  polygon {
    fill: var(--graph-fill);
  }

  .dashed {
    stroke-dasharray: 3 2;
  }

  @media (min-resolution: 1.25dppx) {
    :host {
      --hairline: 0.8px;
    }
  }

  @media (min-resolution: 1.5dppx) {
    :host {
      --hairline: 0.6667px;
    }
  }

  @media (min-resolution: 2dppx) {
    :host {
      --hairline: 0.5px;
    }
  }

  @media (forced-colors: active) {
    :host {
      border-color: CanvasText;
      background: Canvas;
      forced-color-adjust: none;
    }

    .grid {
      stroke: GrayText;
      opacity: 0.4;
    }

    polyline {
      stroke: CanvasText;
    }

    polygon {
      fill: Highlight;
      opacity: 0.5;
    }
  }
`;
