import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }

  .track {
    position: relative;
    height: 3px;
    overflow: hidden;
    border-radius: 2px;
    background: linear-gradient(var(--stroke-strong), var(--stroke-strong)) center / 100% 1px no-repeat;
  }

  .value {
    height: 100%;
    border-radius: 2px;
    background: var(--accent-fill);
    forced-color-adjust: none;
  }

  .indeterminate .value {
    width: 40%;
    animation: sweep 2s ease-in-out infinite;
  }

  @keyframes sweep {
    from {
      translate: -100%;
    }
    to {
      translate: 250%;
    }
  }

  @media (prefers-reduced-motion: reduce) {
    .indeterminate .value {
      width: 100%;
      opacity: 0.5;
      animation: none;
    }
  }

  @media (forced-colors: active) {
    .value {
      background: Highlight;
    }
  }
`;
