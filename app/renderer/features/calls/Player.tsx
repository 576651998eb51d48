import { useRef, useState } from 'react';
import type { Recording } from '../../../contract/index.ts';
import { percent } from '../../messages/format.ts';
import { recordings as words } from '../../messages/recordings.ts';
import { Loading, ProblemNotice, Select } from '../../ui/index.ts';
import { ChatLines, Lanes } from './RecordingIndexView.tsx';
import { usePlayback } from './usePlayback.ts';

const SPEEDS = ['0.5', '0.75', '1', '1.25', '1.5', '2'] as const;
type Speed = (typeof SPEEDS)[number];

/** Plays a recording: picture and sound, who spoke when, and the chat beside them. */
export function Player({ recording }: { recording: Recording }) {
  const { index, url, share, problem } = usePlayback(recording.id);
  const [speed, setSpeed] = useState<Speed>('1');
  const [atMs, setAtMs] = useState(0);
  const media = useRef<HTMLVideoElement>(null);
  if (problem !== null) return <ProblemNotice problem={problem} />;
  if (index === null) return <Loading what={words.loading} />;
  const seek = (ms: number) => {
    if (media.current !== null) media.current.currentTime = ms / 1000;
  };
  const hasPicture = index.file?.type.startsWith('video') ?? false;
  return (
    <div className="rec-player">
      {url === null ? (
        <Loading what={words.fetching(percent(share))} />
      ) : (
        <video
          ref={media}
          className={hasPicture ? 'rec-picture' : 'rec-sound'}
          src={url}
          controls
          preload="auto"
          aria-label={words.player(recording.title)}
          onTimeUpdate={({ currentTarget }) => setAtMs(currentTarget.currentTime * 1000)}
          onLoadedMetadata={({ currentTarget }) => (currentTarget.playbackRate = Number(speed))}
        />
      )}
      <Select
        label={words.speed}
        value={speed}
        onChange={(next) => {
          setSpeed(next);
          if (media.current !== null) media.current.playbackRate = Number(next);
        }}
        options={SPEEDS.map((value) => ({ value, label: `${value}×` }))}
      />
      <h3 className="calls-sub">{words.lanes}</h3>
      <Lanes index={index} lengthMs={recording.lengthMs} atMs={atMs} onSeek={seek} />
      <h3 className="calls-sub">{words.chat}</h3>
      <ChatLines lines={index.lines} atMs={atMs} onSeek={seek} />
    </div>
  );
}
