import { useEffect, useRef } from 'react';

interface VideoProps {
  readonly track: MediaStreamTrack;
  /** Own pictures are shown as in a mirror. */
  readonly mirrored?: boolean;
  /** The whole picture is shown, as a screen needs it. */
  readonly whole?: boolean;
}

/** A picture without sound; sound is played apart from it. */
export function Video({ track, mirrored, whole }: VideoProps) {
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = element.current;
    if (video === null) return;
    video.srcObject = new MediaStream([track]);
    return () => {
      video.srcObject = null;
    };
  }, [track]);
  return (
    <video
      ref={element}
      className={`video ${mirrored ? 'video-mirrored' : ''} ${whole ? 'video-whole' : ''}`}
      autoPlay
      playsInline
      muted
      aria-hidden="true"
    />
  );
}
