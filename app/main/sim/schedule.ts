/** How a world runs, whatever lives in it: moments in their order, faults of the lines, and calm at the end. */
import type { VirtualClock } from '../platform/memory/clock.ts';
import type { LineConditions, MemoryNetwork } from '../platform/memory/network.ts';
import type { Trace } from './trace.ts';

export const WORLD_BEGINS_MS = Date.UTC(2030, 0, 1);

/** What goes wrong on the lines between nodes, which are named by their places. */
export type LineFault =
  | { readonly kind: 'lines'; readonly conditions: LineConditions }
  | { readonly kind: 'partition'; readonly groups: readonly (readonly number[])[] }
  | { readonly kind: 'heal' }
  | { readonly kind: 'cut'; readonly nodes: readonly [number, number] };

/** Something that happens at a time counted from the world's beginning. */
interface Moment {
  readonly atMs: number;
  readonly run: () => unknown;
}

/** Runs a world to its end; what stops it is a problem too. */
export async function runToEnd(
  world: { run(): Promise<void>; end(): Promise<void> },
  trace: Trace,
): Promise<void> {
  try {
    await world.run();
  } catch (error) {
    trace.complain(`stopped: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  } finally {
    await world.end();
  }
}

/** Lets time pass up to `lengthMs`, and every moment happen in its turn. */
export async function passThrough(
  time: VirtualClock,
  moments: readonly Moment[],
  lengthMs: number,
): Promise<void> {
  let nowMs = 0;
  for (const { atMs, run } of moments.toSorted((a, b) => a.atMs - b.atMs)) {
    await time.pass(atMs - nowMs);
    nowMs = atMs;
    await run();
  }
  await time.pass(lengthMs - nowMs);
}

export function inflictOnLines(
  network: MemoryNetwork,
  fault: LineFault,
  name: (place: number) => string,
): void {
  switch (fault.kind) {
    case 'lines':
      return network.shape(fault.conditions);
    case 'partition':
      return network.partition(fault.groups.map((group) => group.map(name)));
    case 'heal':
      return network.heal();
    case 'cut':
      return network.cut(name(fault.nodes[0]), name(fault.nodes[1]));
  }
}

/** From now on all lines are good. */
export function calm(network: MemoryNetwork): void {
  network.heal();
  network.shape({ delayMs: 20, jitterMs: 20, loss: 0, duplication: 0, reordering: 0 });
}

/** Looks again and again whether something holds; how long that took, or null where patience ended first. */
export async function waitUntil(
  time: VirtualClock,
  holds: () => boolean,
  { patienceMs, everyMs }: { readonly patienceMs: number; readonly everyMs: number },
): Promise<number | null> {
  for (let waitedMs = 0; waitedMs <= patienceMs; waitedMs += everyMs) {
    if (holds()) return waitedMs;
    await time.pass(everyMs);
  }
  return null;
}
