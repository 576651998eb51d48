import { useEffect, useState } from 'react';
import type { Problem, RecordingIndex } from '../../../contract/index.ts';
import { problemOf, useClient } from '../../bridge/index.ts';
import { fetchRecording } from './playback.ts';

export interface Playback {
  readonly index: RecordingIndex | null;
  /** The address of the whole file; null while it is fetched. */
  readonly url: string | null;
  /** How much of the file is here, from 0 to 1. */
  readonly share: number;
  readonly problem: Problem | null;
}

const nothing: Playback = { index: null, url: null, share: 0, problem: null };

/** Fetches a recording while it is shown. @param recording its id; a component is made for each. */
export function usePlayback(recording: string): Playback {
  const client = useClient();
  const [playback, setPlayback] = useState(nothing);
  useEffect(() => {
    const leaving = new AbortController();
    const { signal } = leaving;
    let url: string | null = null;
    const set = (change: Partial<Playback>) => {
      if (!signal.aborted) setPlayback((before) => ({ ...before, ...change }));
    };
    const load = async () => {
      const index = await client.calls.recordingIndex({ recording });
      set({ index });
      if (index.file === null) return;
      const blob = await fetchRecording(client.calls.readRecording, {
        recording,
        ...index.file,
        signal,
        onProgress: (share) => set({ share }),
      });
      if (signal.aborted) return;
      url = URL.createObjectURL(blob);
      set({ url });
    };
    load().catch((error: unknown) => set({ problem: problemOf(error) }));
    return () => {
      leaving.abort();
      if (url !== null) URL.revokeObjectURL(url);
    };
  }, [client, recording]);
  return playback;
}
