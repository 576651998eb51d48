/** Runs a world of any kind: moments in order, faults of the lines, and calm at the end. */
import type { VirtualClock } from '../platform/memory/clock.ts';
import type { LineConditions, MemoryNetwork } from '../platform/memory/network.ts';
import type { Trace } from './trace.ts';

export const WORLD_BEGINS_MS = Date.UTC(2030, 0, 1);

/** A fault of the lines between nodes, which are identified by place. */
export type LineFault =
  | { readonly kind: 'lines'; readonly conditions: LineConditions }
  | { readonly kind: 'partition'; readonly groups: readonly (readonly number[])[] }
  | { readonly kind: 'heal' }
  | { readonly kind: 'cut'; readonly nodes: readonly [number, number] };

/** An event at a time counted from the start of the world. */
interface Moment {
  readonly atMs: number;
  readonly run: () => unknown;
}

/** Runs a world to its end; an exception is reported as a problem too. */
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

/** Lets time pass up to `lengthMs` and runs every moment when it is due. */
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

/** Makes all lines good from now on. */
export function calm(network: MemoryNetwork): void {
  network.heal();
  network.shape({ delayMs: 20, jitterMs: 20, loss: 0, duplication: 0, reordering: 0 });
}

/** Checks a condition repeatedly; resolves to how long it took, or null if time ran out first. */
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
