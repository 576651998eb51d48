import type { Direction, TransportStats } from './ports.ts';

/** The media that participants send to the SFU (`send`), or get from it. */
export interface Traffic {
  readonly direction: Direction;
  readonly bitsPerSecond: number;
  /** Of the participant with the worst connection; null before anybody sent or received. */
  readonly lossRate: number | null;
  readonly jitterMs: number | null;
}

const worst = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
};

/** The sum and the worst of many connections. */
export function trafficOf(stats: readonly Readonly<Record<Direction, TransportStats>>[]): readonly Traffic[] {
  return (['send', 'receive'] as const).map((direction) => {
    const own = stats.map((both) => both[direction]);
    return {
      direction,
      bitsPerSecond: own.reduce((sum, { bitsPerSecond }) => sum + bitsPerSecond, 0),
      lossRate: worst(own.map(({ lossRate }) => lossRate)),
      jitterMs: worst(own.map(({ jitterMs }) => jitterMs)),
    };
  });
}
