import type { Participant } from '../../../contract/index.ts';

/** One tile: the face of a participant, or the screen that they share. */
export interface Tile {
  readonly key: string;
  readonly participant: Participant;
  readonly screen: boolean;
}

export interface Attention {
  /** The tile that this person pinned. */
  readonly pinned: string | null;
  /** The dominant speaker. */
  readonly speaker: string | null;
  /** When somebody was last the dominant speaker. */
  readonly spokeAt: ReadonlyMap<string, number>;
  readonly me: string | null;
  readonly now: number;
}

/** Who spoke within this time stays visible. */
const RECENT_MS = 30_000;

/** Every tile of a call, in the order in which people came; a screen stands before its sharer. */
export function tilesOf(participants: readonly Participant[]): Tile[] {
  return participants
    .toSorted((a, b) => a.joinedAt - b.joinedAt || (a.id < b.id ? -1 : 1))
    .flatMap((participant) => {
      const face: Tile = { key: participant.id, participant, screen: false };
      const shares = participant.sends.some(({ source }) => source === 'screen');
      return shares ? [{ key: `${participant.id} screen`, participant, screen: true }, face] : [face];
    });
}

/** The importance of a tile, lowest first: pinned, screens, the speaker, hands, recent speakers, oneself, the rest. */
function rankOf({ key, participant, screen }: Tile, attention: Attention): readonly number[] {
  const { id, handAt } = participant;
  if (key === attention.pinned) return [0];
  if (screen) return [1, participant.joinedAt];
  if (id === attention.speaker) return [2];
  if (handAt !== null) return [3, handAt];
  const spokeAt = attention.spokeAt.get(id);
  if (spokeAt !== undefined && attention.now - spokeAt < RECENT_MS) return [4, -spokeAt];
  if (id === attention.me) return [5];
  return [6, participant.joinedAt];
}

function byRank(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Tiles by importance. */
export const ranked = (tiles: readonly Tile[], attention: Attention): Tile[] =>
  tiles
    .map((tile) => ({ tile, rank: rankOf(tile, attention) }))
    .toSorted((a, b) => byRank(a.rank, b.rank))
    .map(({ tile }) => tile);

/**
 * The `most` most important tiles. Those that were shown before keep their places, and a newcomer takes the place of one that
 * leaves, so that nobody jumps.
 */
export function lastN(
  tiles: readonly Tile[],
  attention: Attention,
  most: number,
  before: readonly string[],
): Tile[] {
  const chosen = new Map(
    ranked(tiles, attention)
      .slice(0, most)
      .map((tile) => [tile.key, tile]),
  );
  if (chosen.size === tiles.length) return [...tiles];
  const newcomers = [...chosen.values()].filter(({ key }) => !before.includes(key));
  const kept = before.flatMap((key) => chosen.get(key) ?? newcomers.shift() ?? []);
  return [...kept, ...newcomers];
}

/** The tile in the spotlight: the pinned one, a shared screen, who speaks or spoke last, another person, oneself. */
export function spotlightOf(tiles: readonly Tile[], attention: Attention): Tile | null {
  const pinned = tiles.find(({ key }) => key === attention.pinned);
  const screen = tiles.find(
    ({ screen: isScreen, participant }) => isScreen && participant.id !== attention.me,
  );
  if (pinned ?? screen) return pinned ?? screen ?? null;
  const others = tiles.filter(
    ({ participant, screen: isScreen }) => !isScreen && participant.id !== attention.me,
  );
  const speaking = others.find(({ participant }) => participant.id === attention.speaker);
  const last = others
    .filter(({ participant }) => attention.spokeAt.has(participant.id))
    .toSorted(
      (a, b) =>
        (attention.spokeAt.get(b.participant.id) ?? 0) - (attention.spokeAt.get(a.participant.id) ?? 0),
    )[0];
  return speaking ?? last ?? others[0] ?? tiles[0] ?? null;
}
