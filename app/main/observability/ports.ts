/** What the process and the disk say of themselves. Implemented by platform/telemetry. */
export interface HealthProbe {
  /** Processor time used since start by all threads, in milliseconds. */
  cpuMs(): number;
  memoryBytes(): number;
  memoryTotalBytes(): number;
  /** 99th percentile of event loop delay since the last call, in milliseconds. */
  loopDelayMs(): number;
  disk(): Promise<{ readonly usedBytes: number; readonly freeBytes: number }>;
  /** Stops measuring. */
  close(): void;
}
