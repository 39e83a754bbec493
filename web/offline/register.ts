/** By then the machine runs and the page is drawn: what is kept for later does not get in the way of now. */
const DELAY_MS = 5000;

/** Keeps the built page in this browser, so that it opens without a network from the next visit on. */
export function keepForOffline(): void {
  // The sources, served while somebody works on them, are never kept.
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return;
  // A browser that keeps nothing (private mode) works as before.
  setTimeout(() => navigator.serviceWorker.register('./service-worker.js').catch(() => undefined), DELAY_MS);
}
