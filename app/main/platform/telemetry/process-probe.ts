import { statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { HealthProbe } from '../../observability/ports.ts';

const NANOS_PER_MS = 1e6;
const RESOLUTION_MS = 10;

/** Measures this process and the disk of a directory. */
export function processProbe(directory: string): HealthProbe {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  return {
    cpuMs() {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    memoryBytes: () => process.memoryUsage.rss(),
    memoryTotalBytes: () => totalmem(),
    loopDelayMs() {
      // The histogram includes the sampling interval itself.
      const late = delay.count === 0 ? 0 : delay.percentile(99) / NANOS_PER_MS - RESOLUTION_MS;
      delay.reset();
      return Math.max(0, late);
    },
    watchLoop(on) {
      if (on) delay.enable();
      else if (delay.disable()) delay.reset();
    },
    async disk() {
      const { bsize, blocks, bfree, bavail } = await statfs(directory);
      return { usedBytes: (blocks - bfree) * bsize, freeBytes: bavail * bsize };
    },
    close: () => void delay.disable(),
  };
}
