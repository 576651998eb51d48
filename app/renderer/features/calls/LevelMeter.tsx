import { useEffect, useState } from 'react';
import { calls as words } from '../../messages/calls.ts';
import { measureLevel } from './devices.ts';

const BARS = 20;

/** How loud a microphone is, as bars. */
export function LevelMeter({ track }: { track: MediaStreamTrack }) {
  const [level, setLevel] = useState(0);
  useEffect(() => measureLevel(track, (now) => setLevel((before) => Math.max(now, before * 0.86))), [track]);
  const percent = Math.round(level * 100);
  return (
    <div
      className="level"
      role="meter"
      aria-label={words.pre.level}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={words.pre.levelWords(percent)}
    >
      {Array.from({ length: BARS }, (_, bar) => (
        <span key={bar} className={bar < Math.round(level * BARS) ? 'level-on' : 'level-off'} />
      ))}
    </div>
  );
}
