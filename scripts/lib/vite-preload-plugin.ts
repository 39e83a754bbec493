import type { Plugin } from 'vite';

/** The module that the page asks for as soon as it has read its settings. */
const WANTED = /web\/desktop\/show-desktop\.ts$/;

/** Lets the browser fetch the desktop while the page reads its settings: it runs once the language is chosen. */
export function preload(): Plugin {
  return {
    name: 'livedump-preload',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle = {} }) {
        const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
        const wanted = chunks.filter(
          ({ facadeModuleId, moduleIds }) =>
            WANTED.test(facadeModuleId ?? '') || moduleIds.some((id) => WANTED.test(id)),
        );
        return wanted.map(({ fileName }) => ({
          tag: 'link',
          attrs: { rel: 'modulepreload', crossorigin: true, href: `./${fileName}` },
          injectTo: 'head',
        }));
      },
    },
  };
}
