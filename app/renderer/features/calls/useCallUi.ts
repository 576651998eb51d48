import { useState } from 'react';
import { useCallView, type CurrentCall } from './current.ts';
import { useStateFor } from '../useStateFor.ts';

export type Side = 'chat' | 'people';
export type Layout = 'grid' | 'spotlight';

/** The panels and dialogs that are open on the page of a call. */
export interface CallUi {
  readonly side: Side | null;
  readonly setSide: (side: Side | null) => void;
  readonly toggleSide: (side: Side) => void;
  readonly layout: Layout;
  readonly setLayout: (layout: Layout) => void;
  /** The key of the pinned tile. */
  readonly pinned: string | null;
  readonly pin: (key: string | null) => void;
  readonly reacting: boolean;
  readonly setReacting: (open: boolean) => void;
  /** How many lines of the chat have been read. */
  readonly unread: number;
}

/** The layout follows whether a screen is shared, until the person chooses another. */
export function useCallUi({ session }: CurrentCall): CallUi {
  const shared = useCallView(
    session,
    (view) =>
      view.call?.participants.some(
        ({ id, sends }) => id !== view.me && sends.some(({ source }) => source === 'screen'),
      ) ?? false,
  );
  const lines = useCallView(session, (view) => view.lines.length);
  const [side, setSideNow] = useState<Side | null>(null);
  const [read, setRead] = useState(0);
  const [layout, setLayout] = useStateFor<Layout | null>(shared, null);
  const [pinned, setPinned] = useState<string | null>(null);
  const [reacting, setReacting] = useState(false);
  if (side === 'chat' && read !== lines) setRead(lines);
  const setSide = (next: Side | null) => setSideNow(next);
  return {
    side,
    setSide,
    toggleSide: (next) => setSide(side === next ? null : next),
    layout: layout ?? (shared ? 'spotlight' : 'grid'),
    setLayout,
    pinned,
    pin: (key) => {
      setPinned(key);
      if (key !== null) setLayout('spotlight');
    },
    reacting,
    setReacting,
    unread: side === 'chat' ? 0 : Math.max(0, lines - read),
  };
}
