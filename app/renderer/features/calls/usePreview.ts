import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react';
import { faultOf, onDevices, type DeviceFault } from './devices.ts';

export interface Preview {
  readonly track: MediaStreamTrack | null;
  readonly fault: DeviceFault | null;
  readonly isOpening: boolean;
  /** Hands the track over: it is not stopped when the page closes. */
  readonly take: () => MediaStreamTrack | null;
}

interface Held {
  readonly track: MediaStreamTrack | null;
  readonly fault: DeviceFault | null;
  readonly key: string | null;
}

/** A device that is open while `on`, opened again when `key` changes, and after a failure when a device is plugged in. */
export function usePreview(on: boolean, key: string, open: () => Promise<MediaStreamTrack>): Preview {
  const [held, setHeld] = useState<Held>({ track: null, fault: null, key: null });
  const [turn, setTurn] = useState(0);
  const taken = useRef(false);
  const openNow = useEffectEvent(open);
  useEffect(() => {
    if (!on) return;
    let here = true;
    let track: MediaStreamTrack | null = null;
    openNow().then(
      (opened) => {
        if (!here) return opened.stop();
        track = opened;
        setHeld({ track: opened, fault: null, key });
      },
      (error: unknown) => here && setHeld({ track: null, fault: faultOf(error), key }),
    );
    return () => {
      here = false;
      if (!taken.current) track?.stop();
      setHeld({ track: null, fault: null, key: null });
    };
  }, [on, key, turn]);
  const failed = held.fault !== null;
  useEffect(() => (failed ? onDevices(() => setTurn((value) => value + 1)) : undefined), [failed]);
  const take = useCallback(() => {
    taken.current = true;
    return held.track;
  }, [held.track]);
  return {
    track: on ? held.track : null,
    fault: on ? held.fault : null,
    isOpening: on && held.key !== key,
    take,
  };
}
