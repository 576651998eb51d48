/** The most communities that stay open without being needed [CM2]. */
export const WARM = 32;
/** How long a community stays open after it was last needed, in milliseconds [CM2]. */
const IDLE_MS = 60_000;
/** The most that stay open although none is in use: beyond it, idle ones close at once [CM2]. */
const FULL = 64;
/** How long a community that takes its turn stays open, in milliseconds [CM3]. */
const TURN_MS = 30_000;

/** A community as the decision sees it; times in milliseconds since the Unix epoch. */
export interface Kept {
  readonly id: string;
  readonly isOpen: boolean;
  /** Somebody uses it here, this node signs its blocks, or a connected peer needs it. */
  readonly isNeeded: boolean;
  /** It may open by itself: it is neither archived nor broken. */
  readonly mayOpen: boolean;
  readonly usedAt: number;
  /** When it was opened last; 0 for never. */
  readonly openedAt: number;
}

export interface Decision {
  readonly open: readonly string[];
  readonly close: readonly string[];
}

/**
 * [CM1–CM3] Which communities of a node open and close now. Needed ones are open; others stay open while there is
 * room, those used last before the rest; a closed one takes its turn, so that it catches up.
 */
export function decide(all: readonly Kept[], nowMs: number): Decision {
  const needed = all.filter(({ isNeeded, mayOpen }) => isNeeded && mayOpen);
  const others = all.filter(({ isNeeded }) => !isNeeded);
  const room = Math.max(0, WARM - needed.length);
  const latest = others.filter(({ mayOpen }) => mayOpen).sort((a, b) => b.usedAt - a.usedAt);
  const warm = new Set(latest.slice(0, room).map(({ id }) => id));
  const isFull = all.filter(({ isOpen }) => isOpen).length > FULL;
  const isResting = ({ usedAt, openedAt }: Kept) =>
    isFull || (nowMs - usedAt >= IDLE_MS && nowMs - openedAt >= TURN_MS);
  const close = others.filter((one) => one.isOpen && !warm.has(one.id) && isResting(one));
  const hasTurn = others.some((one) => one.isOpen && !warm.has(one.id) && !isResting(one));
  const [next] = latest
    .filter(({ id, isOpen }) => !isOpen && !warm.has(id))
    .sort((a, b) => a.openedAt - b.openedAt);
  return {
    open: [
      ...needed.filter(({ isOpen }) => !isOpen),
      ...latest.filter(({ id, isOpen }) => !isOpen && warm.has(id)),
      ...(next && !hasTurn ? [next] : []),
    ].map(({ id }) => id),
    close: close.map(({ id }) => id),
  };
}
