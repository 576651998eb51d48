/** Measurements of the process and the disk. Implemented by platform/telemetry. */
export interface HealthProbe {
  /** Processor time of all threads since the start, in milliseconds. */
  cpuMs(): number;
  memoryBytes(): number;
  memoryTotalBytes(): number;
  /** 99th percentile of event loop delay since the last call, in milliseconds; 0 while it is not watched. */
  loopDelayMs(): number;
  /** Measures the event loop, or stops: measuring wakes the process a hundred times a second. */
  watchLoop(on: boolean): void;
  disk(): Promise<{ readonly usedBytes: number; readonly freeBytes: number }>;
  /** Stops measuring. */
  close(): void;
}
