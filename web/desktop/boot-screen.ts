import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import '../controls/progress-bar/progress-bar.js';
import { icon } from '../icons/icon.js';
import { iconStyles } from '../icons/icon.styles.js';
import { strings } from '../strings/index.js';

const text = strings.boot;

/** What is seen until the machine runs, and the reason when it does not. */
@customElement('ll-boot-screen')
export class BootScreen extends LitElement {
  static override styles = [
    iconStyles,
    css`
      :host {
        --icon-size: 64px;
        --accent-fill: #4cc2ff;
        --stroke-strong: #9a9a9a;
        color-scheme: dark;
        display: grid;
        place-content: center;
        height: 100%;
        padding: 0 24px;
        background: #0b1d2d;
        color: #fff;
      }

      main {
        display: grid;
        gap: 24px;
        justify-items: center;
        max-width: 480px;
        text-align: center;
      }

      ll-progress-bar {
        width: 200px;
      }

      h1 {
        margin: 0;
        font-size: 20px;
        font-weight: 600;
      }

      p {
        margin: 0;
      }

      a {
        color: #9fe0ff;
      }
    `,
  ];

  /** A sentence for the user; empty while the machine boots. */
  @property() error = '';

  override render() {
    return this.error
      ? html`<main>
          ${icon('error')}
          <h1>${text.failed}</h1>
          <p role="alert">${this.error}</p>
          <a href="?scenario=baseline&amp;seed=1">${text.retry}</a>
        </main>`
      : html`<main>
          ${icon('memory')}
          <ll-progress-bar label=${text.starting}></ll-progress-bar>
          <h1>${text.starting}</h1>
        </main>`;
  }
}
