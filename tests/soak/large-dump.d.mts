/** A dump that was written and deleted again. */
export interface LargeDump {
  bytes: number;
  sha256: string;
  /** From the machine's start to the last byte. */
  seconds: number;
  /** The most memory that the process had resident. */
  residentBytes: number;
}

/**
 * Writes a machine's dump with user pages in Node and in Chromium, one after the other, and deletes both.
 * @param machine its size
 * @param availableMemory free memory at the capture, as scenarios say it: bounds the dump. All there is when not given.
 */
export function measureLargeDump(
  machine: string,
  availableMemory?: string,
): Promise<{ node: LargeDump; browser: LargeDump }>;
