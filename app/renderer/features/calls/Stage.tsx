import { useEffect, useMemo, useRef, useState, type RefObject } from 'react';
import { calls as words } from '../../messages/calls.ts';
import { useNow } from '../../ui/index.ts';
import { useCallView, type CurrentCall } from './current.ts';
import { capacityOf, GAP, gridOf, stripCapacity } from './layout.ts';
import { lastN, spotlightOf, tilesOf, type Attention, type Tile } from './order.ts';
import { TileView } from './TileView.tsx';
import type { CallUi } from './useCallUi.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

function useSize(): [RefObject<HTMLDivElement | null>, Size] {
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [box, size];
}

/** The last N tiles; they keep their places from one drawing to the next. */
function useShown(tiles: readonly Tile[], attention: Attention, most: number): Tile[] {
  const [before, setBefore] = useState<readonly string[]>([]);
  const shown = lastN(tiles, attention, most, before);
  const keys = shown.map(({ key }) => key);
  if (keys.join('\n') !== before.join('\n')) setBefore(keys);
  return shown;
}

/** The tiles of a filmstrip beside the spotlight, and of one below it. */
const BESIDE: Size = { width: 200, height: 112 };
const BELOW: Size = { width: 112, height: 84 };

/** The participants: all alike in a grid, or one large with the others in a filmstrip. */
export function Stage({ call, ui }: { call: CurrentCall; ui: CallUi }) {
  const { session } = call;
  const [box, size] = useSize();
  const participants = useCallView(session, (view) => view.call?.participants ?? nobody);
  const speaker = useCallView(session, (view) => view.speaker);
  const spokeAt = useCallView(session, (view) => view.spokeAt);
  const me = useCallView(session, (view) => view.me);
  const now = useNow();
  const tiles = useMemo(() => tilesOf(participants), [participants]);
  const attention: Attention = { pinned: ui.pinned, speaker, spokeAt, me, now };
  const isAlone = tiles.length <= 1;
  return (
    <div
      className={`stage stage-${ui.layout} ${size.height > size.width ? 'stage-upright' : ''}`}
      ref={box}
      role="group"
      aria-label={words.stage.stage}
    >
      {size.width > 0 &&
        (ui.layout === 'grid' || isAlone ? (
          <GridStage call={call} ui={ui} tiles={tiles} attention={attention} size={size} />
        ) : (
          <SpotlightStage call={call} ui={ui} tiles={tiles} attention={attention} size={size} />
        ))}
      {isAlone && participants.length > 0 && (
        <p className="stage-alone">
          <span className="strong">{words.stage.alone}</span>{' '}
          <span className="soft">{words.stage.aloneHint}</span>
        </p>
      )}
    </div>
  );
}

interface StageProps {
  readonly call: CurrentCall;
  readonly ui: CallUi;
  readonly tiles: readonly Tile[];
  readonly attention: Attention;
  readonly size: Size;
}

function GridStage({ call, ui, tiles, attention, size }: StageProps) {
  const fits = capacityOf(tiles.length, size.width, size.height);
  // The button for those who have no place takes one itself.
  const most = fits < tiles.length ? Math.max(1, fits - 1) : fits;
  const shown = useShown(tiles, attention, most);
  const rest = tiles.length - shown.length;
  const grid = gridOf(shown.length + (rest > 0 ? 1 : 0), size.width, size.height);
  const tileSize = { width: grid.width, height: grid.height };
  return (
    <div className="stage-tiles" style={{ gap: GAP }}>
      {shown.map((tile) => (
        <TileView key={tile.key} call={call} ui={ui} tile={tile} size={tileSize} />
      ))}
      {rest > 0 && <More ui={ui} rest={rest} size={tileSize} />}
    </div>
  );
}

function SpotlightStage({ call, ui, tiles, attention, size }: StageProps) {
  const upright = size.height > size.width || size.width < 620;
  const main = spotlightOf(tiles, attention);
  const others = tiles.filter(({ key }) => key !== main?.key);
  const least = upright ? BELOW : BESIDE;
  const fits = upright ? stripCapacity(size.width, least.width) : stripCapacity(size.height, least.height);
  const most = fits < others.length ? Math.max(1, fits - 1) : fits;
  const shown = useShown(others, attention, most);
  const rest = others.length - shown.length;
  const hasStrip = others.length > 0;
  const mainSize: Size = upright
    ? { width: size.width, height: size.height - (hasStrip ? least.height + GAP : 0) }
    : { width: size.width - (hasStrip ? least.width + GAP : 0), height: size.height };
  // The tiles of a full filmstrip share its length.
  const share = (length: number) => Math.floor((length - GAP * (fits - 1)) / fits);
  const isFull = rest > 0;
  const stripSize: Size = upright
    ? { ...least, width: isFull ? share(size.width) : least.width }
    : { ...least, height: isFull ? share(size.height) : least.height };
  return (
    <div className="spotlight" data-upright={upright} style={{ gap: GAP }}>
      {main !== null && <TileView key={main.key} call={call} ui={ui} tile={main} size={mainSize} large />}
      {hasStrip && (
        <div className="filmstrip" role="group" aria-label={words.stage.strip} style={{ gap: GAP }}>
          {shown.map((tile) => (
            <TileView key={tile.key} call={call} ui={ui} tile={tile} size={stripSize} small />
          ))}
          {rest > 0 && <More ui={ui} rest={rest} size={stripSize} />}
        </div>
      )}
    </div>
  );
}

function More({ ui, rest, size }: { ui: CallUi; rest: number; size: Size }) {
  return (
    <button
      type="button"
      className="tile tile-more"
      style={{ width: size.width, height: size.height }}
      aria-label={words.stage.moreMeans(rest)}
      onClick={() => ui.setSide('people')}
    >
      {words.stage.more(rest)}
    </button>
  );
}

const nobody: readonly never[] = [];
