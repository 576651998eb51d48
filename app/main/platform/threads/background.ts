import { readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** Added to the nice value: the thread gets about a third of the time of one that serves a person. */
const NICER = 5;
const HIGHEST_NICE = 19;

/**
 * Lets the threads that serve people run before the calling one, where the system gives each thread its own priority:
 * on Linux. Elsewhere nothing changes.
 */
export function runInBackground(): void {
  if (process.platform !== 'linux') return;
  try {
    const thread = Number(/task\/(\d+)$/.exec(readlinkSync('/proc/thread-self'))?.[1]);
    setPriority(thread, Math.min(getPriority(thread) + NICER, HIGHEST_NICE));
  } catch {
    // Without the priority the work is the same.
  }
}
