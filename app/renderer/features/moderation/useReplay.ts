import { useCallback, useState } from 'react';
import type { Replay } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { useAct } from '../useAct.ts';
import type { Act } from '../useAct.ts';

export interface Tried {
  readonly act: Act;
  readonly replay: Replay | null;
  /** Whether the replay used exactly the values that would be applied now. */
  readonly fits: (key: string) => boolean;
  readonly run: (key: string, ask: () => Promise<Replay>) => Promise<boolean>;
  readonly apply: () => Promise<boolean>;
  readonly forget: () => void;
}

/** A change replayed over past messages. Only replayed values can be applied. */
export function useReplay(): Tried {
  const client = useClient();
  const act = useAct();
  const [tried, setTried] = useState<{ readonly key: string; readonly replay: Replay } | null>(null);
  const { run } = act;
  return {
    act,
    replay: tried?.replay ?? null,
    fits: (key) => tried !== null && tried.key === key,
    run: useCallback((key, ask) => run(async () => setTried({ key, replay: await ask() })), [run]),
    apply: useCallback(
      () =>
        run(async () => {
          if (tried === null) return;
          await client.moderation.apply({ replay: tried.replay.id });
          setTried(null);
        }),
      [run, client, tried],
    ),
    forget: useCallback(() => setTried(null), []),
  };
}
