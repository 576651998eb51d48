import { kindOf } from '../media.ts';
import type { CompositionPlan, PlannedTrack } from '../recording-ports.ts';
import type { Details } from './details.ts';

/** The text of a screen and many small tiles need the larger picture; it costs twice the time to make. */
const SMALL = { width: 960, height: 540 };
const LARGE = { width: 1280, height: 720 };
/** How many cameras fit into the small one. */
const FEW = 4;
/** [CR9] */
export const MAX_TILES = 16;

export interface PlanInit {
  readonly details: Pick<Details, 'tracks'>;
  readonly lengthMs: number;
  readonly output: string;
  readonly pathOf: (file: string) => string;
}

/**
 * [CR9] What to make of the tracks of a recording: each person and source has one tile of a grid, screens first; the
 * tracks of one person and source follow each other in their tile. Null if nothing was recorded.
 */
export function planOf({ details, lengthMs, output, pathOf }: PlanInit): CompositionPlan | null {
  const tracks = details.tracks.filter(({ fromMs }) => fromMs !== null);
  if (tracks.length === 0) return null;
  const placeOf = ({ person, source }: (typeof tracks)[number]) => `${person} ${source}`;
  const pictures = tracks
    .filter(({ source }) => kindOf(source) === 'video')
    .toSorted(
      (a, b) => Number(b.source === 'screen') - Number(a.source === 'screen') || a.fromMs! - b.fromMs!,
    );
  const places = [...new Set(pictures.map(placeOf))].slice(0, MAX_TILES);
  const columns = Math.ceil(Math.sqrt(places.length));
  const rows = Math.ceil(places.length / Math.max(1, columns));
  const hasScreen = pictures.some(({ source }) => source === 'screen');
  const size = hasScreen || places.length > FEW ? LARGE : SMALL;
  // Even numbers, since pictures are coded with halved colours.
  const width = Math.floor(size.width / Math.max(1, columns) / 2) * 2;
  const height = Math.floor(size.height / Math.max(1, rows) / 2) * 2;
  const planned = tracks.flatMap((track): PlannedTrack[] => {
    const kind = kindOf(track.source);
    const at = places.indexOf(placeOf(track));
    if (kind === 'video' && at === -1) return [];
    const tile =
      kind === 'audio'
        ? null
        : { x: (at % columns) * width, y: Math.floor(at / columns) * height, width, height };
    return [{ path: pathOf(track.file), kind, offsetMs: track.fromMs!, tile }];
  });
  return { output, lengthMs: Math.max(1, lengthMs), tracks: planned, ...size };
}
