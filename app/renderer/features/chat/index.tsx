import { useEffect, useRef, useState } from 'react';
import { useActions } from '../../actions/registry.ts';
import { useClient } from '../../bridge/index.ts';
import { chat as words } from '../../messages/chat.ts';
import { heldWords } from '../../messages/reviewPages.ts';
import { useChat } from '../../stores/index.ts';
import { Button, EmptyState, Loading, Panel, ProblemNotice, LiveRegion, TextField } from '../../ui/index.ts';
import { HeldBack, isHeldBack } from '../HeldBack.tsx';
import { useAct } from '../useAct.ts';
import { useDoing } from '../useDoing.ts';
import { ChatLog } from './ChatLog.tsx';
import { Online } from './Online.tsx';
import './chat.css';

const KEPT = 50;

/** The chat: the lines, who is online, and a field to say something. */
export function ChatView(_props: { path: readonly string[] }) {
  const chat = useChat();
  const { room } = chat;
  const client = useClient();
  const act = useAct();
  const [text, setText] = useState('');
  const [sent, setSent] = useState('');
  const [told, setTold] = useState('');
  const said = useRef<string[]>([]);
  const back = useRef(0);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => room.look(), [room]);
  useEffect(() => {
    // After the frame in which the new view takes the focus.
    const frame = requestAnimationFrame(() => field.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  useDoing(text === '' ? words.doing : words.writing);

  const say = async (askReview = false) => {
    const line = text.trim();
    if (line === '') return;
    setSent(line);
    setTold('');
    const ask = async () => {
      const { decision } = await client.chat.say({ text: line, askReview });
      setTold(heldWords.said[decision]);
    };
    if (!(await act.run(ask))) return;
    said.current = [...said.current, line].slice(-KEPT);
    back.current = 0;
    setText('');
  };
  useActions([
    {
      id: 'chat.write',
      label: words.keys.write,
      section: 'view',
      shortcut: 'n',
      line: true,
      run: () => field.current?.focus(),
    },
  ]);

  const gone = chat.state === 'stale' || chat.state === 'failed';
  return (
    <div className="chat">
      <Panel title={words.title} level={1} className="chat-room" flush>
        {chat.state === 'loading' && <Loading what={words.loading} />}
        {gone && chat.problem && (
          <ProblemNotice
            problem={chat.lines.length > 0 ? { ...chat.problem, message: words.stale } : chat.problem}
            action={<Button onPress={() => void room.refresh()}>{words.again}</Button>}
          />
        )}
        {chat.state === 'ready' && chat.lines.length === 0 && (
          <EmptyState title={words.empty}>{words.emptyHint}</EmptyState>
        )}
        {chat.lines.length > 0 && (
          <ChatLog
            lines={chat.lines}
            older={chat.older !== null}
            loadingOlder={chat.loadingOlder}
            onOlder={() => void room.loadOlder()}
          />
        )}
        <form
          className="chat-form"
          onSubmit={(event) => {
            event.preventDefault();
            void say();
          }}
          onKeyDownCapture={(event) => {
            if (event.key === 'Escape') field.current?.blur();
            if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
            const step = event.key === 'ArrowUp' ? 1 : -1;
            const next = Math.max(0, Math.min(said.current.length, back.current + step));
            if (next === back.current) return;
            event.preventDefault();
            back.current = next;
            setText(next === 0 ? '' : (said.current[said.current.length - next] ?? ''));
          }}
        >
          <TextField
            inputRef={field}
            label={words.input}
            bare
            value={text}
            onChange={setText}
            placeholder={words.placeholder}
            maxLength={2000}
            autoComplete="off"
            className="chat-field"
          />
          <Button kind="main" type="submit" isDisabled={act.busy}>
            {words.send}
          </Button>
          <p className="chat-help soft small">{words.helpLine}</p>
        </form>
        {told !== '' && <LiveRegion>{told}</LiveRegion>}
        {act.problem && isHeldBack(act.problem) && (
          <HeldBack
            problem={act.problem}
            text={sent}
            board={null}
            busy={act.busy}
            onEdit={() => {
              act.clear();
              field.current?.focus();
            }}
            onSend={() => void say(true)}
          />
        )}
        {act.problem && !isHeldBack(act.problem) && (
          <ProblemNotice problem={{ ...act.problem, message: words.unsent(act.problem.message) }} />
        )}
      </Panel>
      <Online />
    </div>
  );
}
