import { css } from 'lit';

export const styles = css`
  :host {
    --border: 1px;
    display: flex;
    flex-direction: column;
    outline: none;
    position: absolute;
    z-index: var(--z);
    left: var(--left);
    top: var(--top);
    width: var(--width);
    height: var(--height);
    min-width: 320px;
    min-height: 200px;
    max-width: 100%;
    box-sizing: border-box;
    border: var(--border) solid var(--stroke-window);
    border-radius: var(--radius-window);
    overflow: hidden;
    resize: both;
    background: var(--surface-mica);
    box-shadow: var(--shadow-menu);
    color: var(--text);
  }

  :host([active]) {
    box-shadow: var(--shadow-window);
  }

  :host([hidden]) {
    display: none;
  }

  header {
    position: relative;
    display: flex;
    align-items: center;
    flex: none;
    height: calc(48px - var(--border));
    padding-left: 17px;
    user-select: none;
    touch-action: none;
  }

  slot[name='icon']::slotted(*) {
    display: flex;
  }

  .title {
    margin-left: 22px;
    font-size: 12px;
    white-space: nowrap;
  }

  .space {
    flex: 1;
    min-width: 0;
  }

  .space slot {
    display: block;
    position: absolute;
    left: 31.5%;
    top: calc(8px - var(--border));
    width: 33.7%;
  }

  .captions {
    display: flex;
    align-self: flex-start;
    flex: none;
  }

  .captions button {
    display: grid;
    place-items: center;
    width: 46px;
    height: 31px;
    border: 0;
    background: none;
    color: inherit;
    outline-offset: -3px;
  }

  .captions button:hover {
    background: var(--subtle-hover);
  }

  .captions .close:hover {
    background: #c42b1c;
    color: #fff;
  }

  .body {
    flex: 1;
    min-height: 0;
  }

  :host([maximized]) {
    --border: 0px;
    inset: 0;
    width: auto;
    height: auto;
    border-radius: 0;
    resize: none;
  }

  @media (max-width: 699px) {
    :host {
      --border: 0px;
      inset: 0;
      width: auto;
      height: auto;
      min-width: 0;
      border-radius: 0;
      resize: none;
    }

    header {
      padding-left: 16px;
    }

    .title {
      margin-left: 12px;
    }

    .captions .maximize {
      display: none;
    }

    .captions button {
      width: 40px;
    }

    .space {
      padding-inline: 8px;
    }

    .space slot {
      position: static;
      width: auto;
    }
  }
`;
