import { useEffect, useRef } from 'react';
import type { RecordingIndex } from '../../../contract/index.ts';
import { recordings as words } from '../../messages/recordings.ts';
import { stopwatch } from '../../messages/format.ts';
import { stripEscapes } from '../../text/ansi.ts';
import { PersonName } from '../../ui/index.ts';

interface LanesProps {
  readonly index: RecordingIndex;
  readonly lengthMs: number;
  readonly atMs: number;
  readonly onSeek: (ms: number) => void;
}

const share = (ms: number, lengthMs: number) => `${Math.min(100, (100 * ms) / Math.max(1, lengthMs))}%`;

/** Who was recorded and who spoke when: a lane for each person. A press on a speech goes there. */
export function Lanes({ index, lengthMs, atMs, onSeek }: LanesProps) {
  return (
    <ul className="rec-lanes" aria-label={words.lanes}>
      {index.participants.map(({ person, tracks, spoke }) => (
        <li key={person.did} className="rec-lane">
          <PersonName person={person} role={false} />
          <span className="rec-line">
            {tracks.map(({ source, fromMs, toMs }) => (
              <span
                key={`${source} ${fromMs}`}
                className="rec-track"
                style={{ insetInlineStart: share(fromMs, lengthMs), width: share(toMs - fromMs, lengthMs) }}
              />
            ))}
            {spoke.map(({ fromMs, toMs }) => (
              <button
                key={fromMs}
                type="button"
                className="rec-speech"
                aria-label={words.speaks(person.handle, stopwatch(fromMs))}
                title={words.speaks(person.handle, stopwatch(fromMs))}
                style={{ insetInlineStart: share(fromMs, lengthMs), width: share(toMs - fromMs, lengthMs) }}
                onClick={() => onSeek(fromMs)}
              />
            ))}
            <span className="rec-now" style={{ insetInlineStart: share(atMs, lengthMs) }} />
          </span>
        </li>
      ))}
    </ul>
  );
}

interface LinesProps {
  readonly lines: RecordingIndex['lines'];
  readonly atMs: number;
  readonly onSeek: (ms: number) => void;
}

/** The chat of a recorded call; the line of the moment is marked, and a press goes to its moment. */
export function ChatLines({ lines, atMs, onSeek }: LinesProps) {
  const current = lines.findLastIndex((line) => line.atMs <= atMs);
  const marked = useRef<HTMLLIElement>(null);
  useEffect(() => marked.current?.scrollIntoView({ block: 'nearest' }), [current]);
  if (lines.length === 0) return <p className="soft">{words.noChat}</p>;
  return (
    <ol className="rec-chat" aria-label={words.chat}>
      {lines.map((line, n) => (
        <li
          key={`${line.atMs} ${n}`}
          ref={n === current ? marked : null}
          className={n === current ? 'rec-said rec-said-now' : 'rec-said'}
        >
          <button type="button" className="rec-at mono small" onClick={() => onSeek(line.atMs)}>
            {stopwatch(line.atMs)}
          </button>
          <span>
            <span className="strong">{line.person.handle}</span>{' '}
            <span dir="auto">{stripEscapes(line.text)}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}
