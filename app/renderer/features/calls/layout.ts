/** The space between tiles, in pixels. */
export const GAP = 10;
const WIDEST = 16 / 9;
/** The least width at which a face and a name can be made out. */
const LEAST_WIDTH = 168;
const LEAST_WIDTH_NARROW = 132;

export interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly width: number;
  readonly height: number;
}

/** A tile in a cell: as large as fits between the narrowest and the widest shape. */
function tileIn(cellWidth: number, cellHeight: number, narrowest: number): { width: number; height: number } {
  const height = Math.min(cellHeight, cellWidth / narrowest);
  return { width: Math.floor(Math.min(cellWidth, height * WIDEST)), height: Math.floor(height) };
}

/**
 * The grid of `count` equal tiles that fills most of a stage. Tiles are between 4:3 and 16:9 wide; on an upright stage they
 * may be square.
 */
export function gridOf(count: number, width: number, height: number): Grid {
  const narrowest = height > width ? 1 : 4 / 3;
  let best: Grid = { columns: 1, rows: Math.max(1, count), width: 0, height: 0 };
  for (let columns = 1; columns <= Math.max(1, count); columns += 1) {
    const rows = Math.ceil(count / columns);
    const tile = tileIn(
      (width - GAP * (columns - 1)) / columns,
      (height - GAP * (rows - 1)) / rows,
      narrowest,
    );
    if (tile.width <= 0 || tile.height <= 0) continue;
    if (tile.width * tile.height > best.width * best.height) best = { columns, rows, ...tile };
  }
  return best;
}

/** How many of `count` tiles a stage shows at once before they become too small. */
export function capacityOf(count: number, width: number, height: number): number {
  const least = width < 600 ? LEAST_WIDTH_NARROW : LEAST_WIDTH;
  let fits = Math.min(count, 25);
  while (fits > 1 && gridOf(fits, width, height).width < Math.min(least, width)) fits -= 1;
  return fits;
}

/** How many tiles a filmstrip of this length holds, at least one. */
export const stripCapacity = (length: number, tile: number): number =>
  Math.max(1, Math.floor((length + GAP) / (tile + GAP)));
