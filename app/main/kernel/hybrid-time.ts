/**
 * Hybrid logical time (Kulkarni et al., "Logical Physical Clocks", 2014) in one safe integer: milliseconds
 * since the epoch times 1,024, plus a counter. A counter that overflows continues into the next millisecond,
 * so comparing two integers gives the complete order.
 */
export const TICKS_PER_MS = 1024;

export function ticksOf(ms: number): number {
  return ms * TICKS_PER_MS;
}

export function msOf(ticks: number): number {
  return Math.floor(ticks / TICKS_PER_MS);
}

/** A time after everything seen, and not before the wall clock. */
export function nextTime(lastSeen: number, nowMs: number): number {
  return Math.max(lastSeen + 1, ticksOf(nowMs));
}
