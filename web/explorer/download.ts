/** The browser starts to read only after the click; until then the address must live. Generous for slow disks. */
const LIFETIME_MS = 60_000;

/** Hands `blob` to the browser's downloads as `name`. Its bytes stream from where they lie. */
export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), LIFETIME_MS);
}
