import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { icon } from '../icons/icon.js';
import { iconStyles } from '../icons/icon.styles.js';
import { strings } from '../strings/index.js';

const text = strings.boot;

/** Why the machine does not run, and what to do, in place of the desktop. */
@customElement('ll-boot-failure')
export class BootFailure extends LitElement {
  static override styles = [
    iconStyles,
    css`
      :host {
        --icon-size: 64px;
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

  /** A sentence for the user. */
  @property() error = '';

  override render() {
    return html`<main>
      ${icon('error')}
      <h1>${text.failed}</h1>
      <p role="alert">${this.error}</p>
      <a href="?scenario=baseline&amp;seed=1">${text.retry}</a>
    </main>`;
  }
}
