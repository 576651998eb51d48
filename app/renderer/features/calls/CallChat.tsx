import { shown } from '../../../contract/foreign-text.ts';
import { useEffect, useRef, useState } from 'react';
import type { CallLine } from '../../../contract/index.ts';
import { calls as words } from '../../messages/calls.ts';
import { exact, hourMinute } from '../../messages/format.ts';
import { stripEscapes } from '../../text/ansi.ts';
import { linkify } from '../../text/links.ts';
import { Foreign, Button, EmptyState, Panel, TextField } from '../../ui/index.ts';
import { useCallView } from './current.ts';
import type { CallSession } from './session.ts';

const { chat: text } = words;
const NEAR_END_PX = 60;

/** The chat beside the call. */
export function CallChat({ session, onClose }: { session: CallSession; onClose: () => void }) {
  const lines = useCallView(session, (view) => view.lines);
  const [draft, setDraft] = useState('');
  const log = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const frame = requestAnimationFrame(() => field.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  useEffect(() => {
    const box = log.current;
    if (box !== null && atEnd.current) box.scrollTop = box.scrollHeight;
  }, [lines]);
  const say = async () => {
    const line = draft.trim();
    if (line === '') return;
    if ((await session.ask({ type: 'say', text: line })) !== null) setDraft('');
  };
  return (
    <Panel
      title={text.title}
      className="call-side call-chat"
      tools={
        <Button kind="quiet" onPress={onClose}>
          {words.closePanel}
        </Button>
      }
      flush
    >
      <div
        ref={log}
        className="call-log"
        role="log"
        aria-label={text.log}
        tabIndex={0}
        onScroll={({ currentTarget: box }) => {
          atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX;
        }}
      >
        {lines.length === 0 && <EmptyState title={text.empty}>{text.emptyHint}</EmptyState>}
        {lines.map((line, n) => (
          <Line key={line.id} line={line} follows={lines[n - 1]?.from === line.from} />
        ))}
      </div>
      <form
        className="call-say"
        onSubmit={(event) => {
          event.preventDefault();
          void say();
        }}
        onKeyDownCapture={(event) => {
          if (event.key === 'Escape') field.current?.blur();
        }}
      >
        <TextField
          inputRef={field}
          label={text.input}
          bare
          value={draft}
          onChange={setDraft}
          placeholder={text.placeholder}
          maxLength={2000}
          autoComplete="off"
        />
        <Button kind="main" type="submit">
          {text.send}
        </Button>
      </form>
    </Panel>
  );
}

function Line({ line, follows }: { line: CallLine; follows: boolean }) {
  return (
    <div className={`call-line ${follows ? '' : 'call-line-head'}`}>
      {!follows && (
        <p className="call-line-who">
          <span className="strong">
            <Foreign text={line.person.handle} />
          </span>{' '}
          <time className="mono soft small" dateTime={new Date(line.at).toISOString()} title={exact(line.at)}>
            {hourMinute(line.at)}
          </time>
        </p>
      )}
      <p className="call-line-text" dir="auto">
        {linkify(stripEscapes(line.text)).map((piece, i) =>
          piece.href === null ? (
            shown(piece.text)
          ) : (
            <a
              key={i}
              className="link"
              href={piece.href}
              target="_blank"
              rel="noopener noreferrer nofollow"
              referrerPolicy="no-referrer"
            >
              {piece.text}
            </a>
          ),
        )}
      </p>
    </div>
  );
}
