import { useEffect } from 'react';
import { useStore } from 'zustand';
import { calls as words } from '../../messages/calls.ts';
import { Foreign, Button } from '../../ui/index.ts';
import { sendsOf } from './acts.ts';
import { callChoices } from './choices.ts';
import { useCallView, type CurrentCall } from './current.ts';
import { useLock } from './useLock.ts';
import { Icon, QualityBars } from './icons.tsx';
import type { Tile } from './order.ts';
import type { CallUi } from './useCallUi.ts';
import { Video } from './Video.tsx';

/** From this level on somebody speaks. */
export const SPEAKS = 0.08;
const { stage } = words;

interface TileViewProps {
  readonly call: CurrentCall;
  readonly ui: CallUi;
  readonly tile: Tile;
  readonly size: { readonly width: number; readonly height: number };
  readonly large?: boolean;
  readonly small?: boolean;
}

/** Up to two letters that stand for a person without a picture. */
export const initialsOf = (handle: string): string =>
  handle
    .split(/[\s._-]+/u)
    .slice(0, 2)
    .map((part) => [...part][0] ?? '')
    .join('')
    .toLocaleUpperCase();

/** One participant, or the screen that they share: picture, name, and marks in words and shapes. */
export function TileView({ call, ui, tile, size, large, small }: TileViewProps) {
  const { session } = call;
  const { participant, screen } = tile;
  const { id, person } = participant;
  const isMe = useCallView(session, (view) => view.me === id);
  const source = screen ? 'screen' : 'camera';
  const remote = useCallView(session, (view) => {
    for (const track of view.tracks.values()) if (track.from === id && track.source === source) return track;
    return null;
  });
  const own = useCallView(session, (view) => (isMe ? (view.own.get(source) ?? null) : null));
  const speaks = useCallView(session, (view) => !screen && (view.levels.get(id) ?? 0) >= SPEAKS);
  const reactions = useCallView(session, (view) => view.reactions);
  const mirror = useStore(callChoices, (choices) => choices.mirror);
  const isPaused = useStore(callChoices, (choices) => choices.quality === 'audio') && !isMe;
  const ownMuted = useCallView(session, (view) => view.own.get('microphone')?.muted !== false);
  const sends = sendsOf(participant);
  // Of oneself, what this window knows is newer than what the host said.
  const muted = isMe ? ownMuted : sends.muted;
  const isOn = screen ? sends.screen : sends.camera;
  const live = isMe ? (own?.track ?? null) : isOn && !isPaused ? (remote?.live ?? null) : null;
  const trackId = remote?.id ?? null;

  // Pixels of the screen, not of the page: a dense screen shows more of the picture.
  const height = Math.round(size.height * devicePixelRatio);
  useEffect(() => {
    if (trackId === null) return;
    session.prefer(trackId, height);
    return () => session.prefer(trackId, 0);
  }, [session, trackId, height]);

  const name = screen ? (isMe ? stage.yourScreen : stage.screenOf(person.handle)) : person.handle;
  const isPinned = ui.pinned === tile.key;
  const hand = !screen && participant.handAt !== null;
  const lock = useLock(call.secrecy, id, source, isMe);
  const { grade, cause } = participant.quality;
  const why = isMe && cause === 'their-network' ? stage.yourNetwork : stage.causes[cause];
  const quality = why === '' ? stage.quality[grade] : `${stage.quality[grade]}: ${why}`;
  const weak = grade === 'poor' || grade === 'fair';
  return (
    <article
      className={`tile ${speaks ? 'tile-speaks' : ''} ${large ? 'tile-large' : ''} ${small ? 'tile-small' : ''}`}
      style={{ width: size.width, height: size.height }}
      aria-label={name}
    >
      {live !== null && (lock === null || lock === 'sound') ? (
        <Video track={live} mirrored={isMe && !screen && mirror} whole={screen} />
      ) : (
        <span className="tile-initials mono" aria-hidden="true">
          {screen ? <Icon name="screen" size={40} /> : initialsOf(person.handle)}
        </span>
      )}
      {lock !== null && (
        <span className="tile-lock">
          {lock === 'refused' ? words.secrecy.refusedTile : words.secrecy.waiting}
        </span>
      )}
      {isOn && isPaused && !small && lock === null && (
        <span className="tile-paused soft small">{stage.paused}</span>
      )}
      {hand && (
        <span className="tile-hand" title={stage.hand}>
          <Icon name="hand" />
          <span className={small ? 'hidden-visually' : ''}>{stage.hand}</span>
        </span>
      )}
      <span className="tile-reactions">
        {!screen &&
          reactions
            .filter(({ from }) => from === id)
            .map(({ key, emoji }) => (
              <span key={key} className="tile-reaction" aria-hidden="true">
                {emoji}
              </span>
            ))}
      </span>
      {!small && (
        <Button
          kind="plain"
          className="tile-pin"
          aria-label={isPinned ? stage.unpin(name) : stage.pin(name)}
          aria-pressed={isPinned}
          onPress={() => ui.pin(isPinned ? null : tile.key)}
        >
          <Icon name="pin" size={16} />
          {isPinned && stage.pinned}
        </Button>
      )}
      <div className="tile-plate">
        {!screen &&
          (speaks ? (
            <span className="tile-voice" title={stage.speaks}>
              <span />
              <span />
              <span />
              <span className="hidden-visually">{stage.speaks}</span>
            </span>
          ) : (
            muted && (
              <span className="tile-muted" title={stage.muted}>
                <Icon name="microphoneOff" size={15} />
                <span className="hidden-visually">{stage.muted}</span>
              </span>
            )
          ))}
        <span className="tile-name cut">
          <Foreign text={name} />
        </span>
        {isMe && !screen && <span className="tile-you">{stage.you}</span>}
        {!screen && (weak || large) && (
          <span className="tile-quality" title={quality}>
            <QualityBars grade={grade} />
            <span className={grade === 'poor' && !small ? 'red' : 'hidden-visually'}>
              {grade === 'poor' && !small ? (why === '' ? stage.quality.poor : why) : quality}
            </span>
          </span>
        )}
      </div>
    </article>
  );
}
