import { css } from 'lit';

export const styles = css`
  :host {
    --border: 1px;
    display: flex;
    flex-direction: column;
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
    /* Not hidden: what a browser brings into view would scroll the window's frame away. */
    overflow: clip;
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

  .frame {
    display: flex;
    flex-direction: column;
    flex: 1;
    min-height: 0;
    outline: none;
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

  .edge {
    --reach: 4px;
    position: absolute;
    touch-action: none;
  }

  .edge:is([data-edge='n'], [data-edge='s']) {
    inset-inline: 0;
    height: var(--reach);
    cursor: ns-resize;
  }

  .edge:is([data-edge='e'], [data-edge='w']) {
    inset-block: 0;
    width: var(--reach);
    cursor: ew-resize;
  }

  .edge:is([data-edge='ne'], [data-edge='se'], [data-edge='sw'], [data-edge='nw']) {
    width: calc(3 * var(--reach));
    height: calc(3 * var(--reach));
  }

  .edge:is([data-edge='nw'], [data-edge='se']) {
    cursor: nwse-resize;
  }

  .edge:is([data-edge='ne'], [data-edge='sw']) {
    cursor: nesw-resize;
  }

  .edge[data-edge^='n'] {
    top: 0;
  }

  .edge[data-edge^='s'] {
    bottom: 0;
  }

  .edge[data-edge$='e'] {
    right: 0;
  }

  .edge[data-edge$='w'] {
    left: 0;
  }

  .preview {
    position: fixed;
    z-index: -1;
    box-sizing: border-box;
    border: 1px solid var(--accent);
    border-radius: var(--radius-window);
    background: color-mix(in srgb, var(--accent) 20%, transparent);
    pointer-events: none;
  }

  :host([data-snap]),
  .preview {
    --half-width: 50vw;
    --half-height: calc((100dvh - var(--taskbar-height)) / 2);
  }

  :host([data-snap]),
  .preview {
    left: 0;
    top: 0;
    width: var(--half-width);
    height: calc(2 * var(--half-height));
  }

  :host([data-snap*='top']),
  :host([data-snap*='bottom']),
  .preview:is([data-snap*='top'], [data-snap*='bottom']) {
    height: var(--half-height);
  }

  :host([data-snap*='bottom']),
  .preview[data-snap*='bottom'] {
    top: var(--half-height);
  }

  :host([data-snap*='right']),
  .preview[data-snap*='right'] {
    left: 50vw;
  }

  :host([data-snap='maximized']),
  .preview[data-snap='maximized'] {
    width: 100vw;
  }

  :host([data-snap='maximized']) {
    --border: 0px;
    border-radius: 0;
  }

  :host([data-snap='maximized']) .edge {
    display: none;
  }

  @media (max-width: 699px) {
    :host,
    :host([data-snap]) {
      --border: 0px;
      inset: 0;
      width: auto;
      height: auto;
      min-width: 0;
      border-radius: 0;
    }

    header {
      padding-left: 16px;
    }

    .title {
      margin-left: 12px;
    }

    .edge,
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
