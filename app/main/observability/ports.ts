/** Measurements of the process and the disk. Implemented by platform/telemetry. */
export interface HealthProbe {
  /** Processor time of all threads since the start, in milliseconds. */
  cpuMs(): number;
  memoryBytes(): number;
  memoryTotalBytes(): number;
  /** 99th percentile of event loop delay since the last call, in milliseconds. */
  loopDelayMs(): number;
  disk(): Promise<{ readonly usedBytes: number; readonly freeBytes: number }>;
  /** Stops measuring. */
  close(): void;
}
