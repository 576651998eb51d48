import { isolated } from '../../../contract/foreign-text.ts';
import { useEffect, useState } from 'react';
import type { Participant } from '../../../contract/index.ts';
import { go } from '../../actions/route.ts';
import { calls as words } from '../../messages/calls.ts';
import { hourMinute, stopwatch } from '../../messages/format.ts';
import { Badge, Button, Loading, Notice, Panel, ProblemNotice, useNow } from '../../ui/index.ts';
import { useDoing } from '../useDoing.ts';
import { CallChat } from './CallChat.tsx';
import { CallDialogs, type CallDialog } from './CallDialogs.tsx';
import { forgetCall, useCallView, type CurrentCall } from './current.ts';
import { Notices } from './Notices.tsx';
import { People } from './People.tsx';
import { Queue } from './Queue.tsx';
import { RoomMarks } from './Rooms.tsx';
import { Said } from './Said.tsx';
import { SecrecyStrip } from './SecrecyStrip.tsx';
import { Stage } from './Stage.tsx';
import { Toolbar } from './Toolbar.tsx';
import { useCallActions } from './useCallActions.ts';
import { useCallUi } from './useCallUi.ts';

/** A call, from the knock on its door to its end. */
export function CallPage({ call }: { call: CurrentCall }) {
  const phase = useCallView(call.session, (view) => view.phase);
  useDoing(words.inCall(call.room.title));
  // The button that led here is gone; the view takes its focus, so that keys and screen readers go on from here.
  useEffect(() => document.getElementById('main')?.focus(), []);
  if (phase === 'ended') return <Ended call={call} />;
  if (phase === 'entering' || phase === 'waiting' || phase === 'joining') return <Entering call={call} />;
  return <Running call={call} />;
}

function Entering({ call }: { call: CurrentCall }) {
  const phase = useCallView(call.session, (view) => view.phase);
  return (
    <div className="page call-alone">
      <Panel title={isolated(call.room.title)} level={1}>
        <div className="calls-stack">
          {phase === 'waiting' ? (
            <div role="status">
              <p className="call-lead">{words.phases.waitingTitle}</p>
              <p className="measure">{words.phases.waiting}</p>
              <p className="soft measure">{words.phases.waitingMore}</p>
            </div>
          ) : (
            <Loading what={phase === 'joining' ? words.phases.joining : words.phases.entering} />
          )}
          <div>
            <Button onPress={() => call.session.leave()}>{words.bar.leave}</Button>
          </div>
        </div>
      </Panel>
    </div>
  );
}

function Ended({ call }: { call: CurrentCall }) {
  const ended = useCallView(call.session, (view) => view.ended);
  const [at] = useState(() => Date.now());
  if (ended === null) return null;
  const by = ended.by?.handle ?? null;
  const told = words.ended[ended.reason];
  return (
    <div className="page call-alone">
      <Panel title={isolated(call.room.title)} level={1}>
        <div className="calls-stack">
          <div role="status">
            <p className="call-lead">{typeof told === 'string' ? told : told(by)}</p>
            {ended.reason !== 'refused' && ended.reason !== 'turned-away' && (
              <p className="soft">{words.ended.lasted(stopwatch(at - call.startedAt))}</p>
            )}
          </div>
          {ended.problem !== null && <ProblemNotice problem={ended.problem} />}
          <div className="calls-acts">
            <Button
              kind="main"
              autoFocus
              onPress={() => {
                forgetCall();
                go('calls');
              }}
            >
              {words.toRooms}
            </Button>
            {/* Without a call in this room, its address shows the page before it. */}
            <Button onPress={forgetCall}>{words.ended.rejoin}</Button>
          </div>
        </div>
      </Panel>
    </div>
  );
}

function Clock({ startedAt }: { startedAt: number }) {
  const now = useNow('second');
  return <span className="mono">{stopwatch(Math.max(0, now - startedAt))}</span>;
}

const recordedWords = (since: number, participants: readonly Participant[]) =>
  words.stage.recordingSince(
    hourMinute(since),
    participants.filter(({ consent }) => consent === true).map(({ person }) => person.handle),
  );

function Running({ call }: { call: CurrentCall }) {
  const { session } = call;
  const state = useCallView(session, (view) => view.call);
  const phase = useCallView(session, (view) => view.phase);
  const failing = useCallView(session, (view) => view.failing);
  const ui = useCallUi(call);
  const [dialog, setDialog] = useState<CallDialog | null>(null);
  useCallActions(call, ui, setDialog, dialog === null);
  const people = state?.participants.length ?? 0;
  return (
    <div className="call" data-side={ui.side ?? 'none'}>
      <Panel
        title={isolated(state?.title ?? call.room.title)}
        level={1}
        count={
          <>
            {words.stage.people(people)} · <Clock startedAt={call.startedAt} />
          </>
        }
        className="call-stage"
        tools={
          state !== null && (
            <>
              {/* The strip below says more, and does not take the word of the host. */}
              <RoomMarks rules={{ ...state.rules, encrypted: false }} />
              {state.locked && <Badge tone="amber">{words.stage.locked}</Badge>}
              {state.recordingSince !== null && (
                <Badge tone="red" title={recordedWords(state.recordingSince, state.participants)}>
                  ● {words.stage.recording}
                </Badge>
              )}
            </>
          )
        }
        flush
      >
        {/* The list of people has it in full. */}
        {ui.side !== 'people' && <Queue session={session} />}
        {phase === 'rejoining' && <Notice severity="attention" title={words.phases.rejoining} live />}
        {phase === 'lost' && <Notice severity="danger" title={words.phases.lost} live />}
        {phase === 'in' && failing && <Notice severity="attention" title={words.phases.failing} live />}
        <Notices session={session} />
        {call.secrecy !== null && <SecrecyStrip call={call} secrecy={call.secrecy} />}
        <Stage call={call} ui={ui} />
      </Panel>
      {ui.side === 'chat' && <CallChat session={session} onClose={() => ui.setSide(null)} />}
      {ui.side === 'people' && <People call={call} ui={ui} onDialog={setDialog} />}
      <Toolbar call={call} ui={ui} onDialog={setDialog} />
      <Said call={call} ui={ui} />
      <CallDialogs call={call} dialog={dialog} onClose={() => setDialog(null)} />
    </div>
  );
}
