/** Asks for the catalogues, which the build keeps in a file of their own (`scripts/lib/vite-data-plugin.ts`). */
declare module 'virtual:catalogues' {
  export default function ask(): unknown;
}
