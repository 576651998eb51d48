import { constants, getPriority, setPriority } from 'node:os';

/** So far below the console and the node's own thread: still a good share where all are busy. */
const BELOW = 5;

/**
 * From now on this thread gives way to the others of the process. On Linux alone: there a thread has a
 * priority of its own, elsewhere the whole process would be slowed.
 */
export function giveWay(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(Math.min(constants.priority.PRIORITY_LOW, getPriority() + BELOW));
  } catch {
    // Where that is forbidden, judging goes on as fast as it would have.
  }
}
