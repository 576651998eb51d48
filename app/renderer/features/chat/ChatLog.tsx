import { shown } from '../../../contract/foreign-text.ts';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useEffectEvent, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { chat as words } from '../../messages/chat.ts';
import { date, exact, hourMinute } from '../../messages/format.ts';
import { Button, useNow, Foreign } from '../../ui/index.ts';
import type { ChatLine } from '../../../contract/index.ts';
import { stripEscapes } from '../../text/ansi.ts';
import { linkify } from '../../text/links.ts';
import { HeldBadge } from '../HeldNote.tsx';
import { groupLines } from './groups.ts';
import type { ChatRow } from './groups.ts';

export interface ChatLogProps {
  readonly lines: readonly ChatLine[];
  readonly older: boolean;
  readonly loadingOlder: boolean;
  readonly onOlder: () => void;
}

const NEAR_END_PX = 60;

/**
 * The lines of the chat: stays at the newest line while it is visible, and loads older ones on scrolling up.
 */
export function ChatLog({ lines, older, loadingOlder, onOlder }: ChatLogProps) {
  const rows = useMemo(() => groupLines(lines), [lines]);
  const scroller = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [below, setBelow] = useState(0);
  // oxlint-disable-next-line react/incompatible-library -- its functions are read at render and never memoised
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.head ? 54 : 27) + (rows[index]?.day === null ? 0 : 40),
    overscan: 20,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  const firstId = rows[0]?.id;
  const lastId = rows.at(-1)?.id;
  const before = useRef<{ firstId: string | undefined; count: number }>({ firstId: undefined, count: 0 });

  // Older lines are added above: the visible lines keep their place.
  useLayoutEffect(() => {
    const { firstId: oldFirst, count } = before.current;
    before.current = { firstId, count: rows.length };
    if (oldFirst === undefined || firstId === oldFirst) return;
    const added = rows.findIndex((row) => row.id === oldFirst);
    if (added > 0 && rows.length > count) virtual.scrollToIndex(added, { align: 'start' });
  }, [firstId, rows, virtual]);

  // Only a new newest line moves the view; measuring or older lines must not.
  const showNewest = useEffectEvent(() => {
    if (rows.length === 0) return;
    if (atEnd.current) virtual.scrollToIndex(rows.length - 1, { align: 'end' });
    else setBelow((n) => n + 1);
  });
  useEffect(() => showNewest(), [lastId]);

  const toEnd = () => {
    atEnd.current = true;
    setBelow(0);
    virtual.scrollToIndex(rows.length - 1, { align: 'end' });
  };
  const onScroll = () => {
    const box = scroller.current;
    if (!box) return;
    atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX;
    if (atEnd.current) setBelow(0);
    if (box.scrollTop < 200 && older && !loadingOlder) onOlder();
  };

  return (
    <div className="chat-frame">
      <div
        ref={scroller}
        className="chat-log"
        role="log"
        aria-label={words.log}
        tabIndex={0}
        onScroll={onScroll}
      >
        <div className="chat-edge soft small">
          {loadingOlder ? (
            words.older
          ) : older ? (
            <Button kind="quiet" onPress={onOlder}>
              {words.showOlder}
            </Button>
          ) : (
            words.beginning
          )}
        </div>
        <div className="chat-space" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((place) => {
            const row = rows[place.index];
            return (
              row && (
                <div
                  key={place.key}
                  ref={virtual.measureElement}
                  data-index={place.index}
                  className="chat-place"
                  style={{ transform: `translateY(${place.start}px)` }}
                >
                  <Row row={row} />
                </div>
              )
            );
          })}
        </div>
      </div>
      {below > 0 && (
        <div className="chat-below">
          <Button kind="main" onPress={toEnd}>
            {words.newLines(below)} ↓
          </Button>
        </div>
      )}
    </div>
  );
}

function Row({ row }: { row: ChatRow }) {
  const { line } = row;
  return (
    <>
      {row.day !== null && <Day at={row.day} />}
      <div className={`chat-line ${row.head ? 'chat-head' : ''} ${line.mine ? 'chat-mine' : ''}`}>
        <time
          className="chat-time mono soft"
          dateTime={new Date(line.at).toISOString()}
          title={exact(line.at)}
        >
          {row.head ? hourMinute(line.at) : ''}
        </time>
        {line.kind === 'me' ? (
          <p className="chat-text violet">
            *{' '}
            <span className="strong">
              <Foreign text={line.author.handle} />
            </span>{' '}
            <bdi>
              <Text text={line.text} />
            </bdi>
          </p>
        ) : (
          <>
            <span className={row.head ? 'chat-who cut' : 'hidden-visually'}>
              <Foreign text={line.author.handle} />
            </span>
            <p className="chat-text" dir="auto">
              <Text text={line.text} />
              {line.held !== null && (
                <>
                  {' '}
                  <HeldBadge state={line.held.state} />
                </>
              )}
            </p>
          </>
        )}
      </div>
    </>
  );
}

function Text({ text }: { text: string }) {
  return (
    <>
      {linkify(stripEscapes(text)).map((piece, i) =>
        piece.href === null ? (
          shown(piece.text)
        ) : (
          <a
            key={i}
            className="link"
            dir="ltr"
            href={piece.href}
            target="_blank"
            rel="noopener noreferrer nofollow"
            referrerPolicy="no-referrer"
          >
            {shown(piece.text)}
          </a>
        ),
      )}
    </>
  );
}

function Day({ at }: { at: number }) {
  const today = new Date(useNow()).setHours(0, 0, 0, 0);
  const yesterday = new Date(today).setDate(new Date(today).getDate() - 1);
  return (
    <div className="chat-day">
      {at === today ? words.today : at === yesterday ? words.yesterday : date(at)}
    </div>
  );
}
