/** What the browser gives this page to keep things in, bytes. */
export interface StorageSpace {
  used: number;
  free: number;
}

/** @returns null where the browser does not tell. */
export async function storageSpace(): Promise<StorageSpace | null> {
  const { usage, quota } = await navigator.storage.estimate().catch((): StorageEstimate => ({}));
  return usage === undefined || quota === undefined
    ? null
    : { used: usage, free: Math.max(0, quota - usage) };
}
