import { useEffect, useState } from 'react';
import type { Recording } from '../../../contract/index.ts';
import { useActions } from '../../actions/registry.ts';
import { go } from '../../actions/route.ts';
import { useClient } from '../../bridge/index.ts';
import { bytes, exact, percent, stopwatch } from '../../messages/format.ts';
import { recordings as words } from '../../messages/recordings.ts';
import {
  Button,
  EmptyState,
  Loading,
  Notice,
  Panel,
  ProblemNotice,
  RelativeTime,
  VirtualList,
  type Column,
} from '../../ui/index.ts';
import { useAct } from '../useAct.ts';
import { useCall } from '../useCall.ts';
import { useDoing } from '../useDoing.ts';
import { DeleteRecordingDialog } from './DeleteRecordingDialog.tsx';
import { Player } from './Player.tsx';
import '../record.css';
import './recordings.css';

/** How often the list is read again while a recording is being made, in milliseconds. */
const LOOK_MS = 2000;

function StateWord({ recording: { state, progress } }: { recording: Recording }) {
  if (state === 'recording') return <span className="red">● {words.states.recording}</span>;
  if (state === 'composing') {
    return <span className="amber">{words.composing(percent(progress ?? 0))}</span>;
  }
  return <span className={state === 'ready' ? 'green' : 'soft'}>{words.states[state]}</span>;
}

const columns: readonly Column<Recording>[] = [
  {
    id: 'call',
    label: words.columns.call,
    width: 'minmax(0, 1.6fr)',
    cell: ({ title }) => <span className="strong cut">{title}</span>,
  },
  {
    id: 'when',
    label: words.columns.when,
    width: '120px',
    cell: ({ startedAt }) => <RelativeTime at={startedAt} past />,
  },
  {
    id: 'length',
    label: words.columns.length,
    width: '72px',
    align: 'right',
    cell: ({ lengthMs }) => <span className="mono">{stopwatch(lengthMs)}</span>,
  },
  {
    id: 'size',
    label: words.columns.size,
    width: '84px',
    align: 'right',
    wide: true,
    cell: (recording) => bytes(recording.bytes),
  },
  {
    id: 'state',
    label: words.columns.state,
    width: '150px',
    align: 'right',
    cell: (recording) => <StateWord recording={recording} />,
  },
];

/** The recordings on this node, and a player for the one that is selected. */
export function Recordings({ selected }: { selected: string | null }) {
  const client = useClient();
  const asked = useCall(() => client.calls.recordings({}));
  const [deleting, setDeleting] = useState<Recording | null>(null);
  useDoing(words.doing);
  const list = asked.data ?? [];
  const shown = list.find(({ id }) => id === selected) ?? list[0] ?? null;
  const isBusy = list.some(({ state }) => state === 'recording' || state === 'composing');
  const { reload } = asked;
  useEffect(() => {
    if (!isBusy) return;
    const timer = setInterval(reload, LOOK_MS);
    return () => clearInterval(timer);
  }, [isBusy, reload]);
  useActions([
    {
      id: 'calls.rooms',
      label: words.toRooms,
      section: 'view',
      shortcut: 'u',
      line: true,
      when: () => deleting === null,
      run: () => go('calls'),
    },
  ]);
  return (
    <div className={`calls-rooms ${list.length === 0 ? 'calls-none' : 'rec-rooms'}`}>
      <Panel
        title={words.title}
        level={1}
        count={list.length > 0 ? list.length : null}
        className="calls-list"
        tools={
          <Button kind="quiet" shortcut="u" onPress={() => go('calls')}>
            {words.toRooms}
          </Button>
        }
        flush
      >
        {asked.data === null && asked.problem === null && <Loading what={words.loadingList} />}
        {asked.problem !== null && <ProblemNotice problem={asked.problem} />}
        {asked.data !== null && list.length === 0 && (
          <EmptyState title={words.empty}>{words.emptyHint}</EmptyState>
        )}
        {list.length > 0 && (
          <VirtualList
            label={words.title}
            items={list}
            keyOf={({ id }) => id}
            columns={columns}
            estimate={40}
            autoFocus
            onActive={({ id }) => go('calls', 'recordings', id)}
            onOpen={({ id }) => go('calls', 'recordings', id)}
          />
        )}
      </Panel>
      {shown !== null && (
        <RecordingDetail
          key={`${shown.id} ${shown.state}`}
          recording={shown}
          onDelete={() => setDeleting(shown)}
          onChange={reload}
        />
      )}
      {deleting !== null && (
        <DeleteRecordingDialog
          recording={deleting}
          onClose={() => setDeleting(null)}
          onDone={() => {
            setDeleting(null);
            reload();
          }}
        />
      )}
    </div>
  );
}

interface DetailProps {
  readonly recording: Recording;
  readonly onDelete: () => void;
  readonly onChange: () => void;
}

function RecordingDetail({ recording, onDelete, onChange }: DetailProps) {
  const client = useClient();
  const act = useAct();
  const { id, state, problem, deletedAt, people } = recording;
  const compose = async (on: boolean) => {
    if (await act.run(() => client.calls.composeRecording({ recording: id, on }))) onChange();
  };
  return (
    <Panel title={recording.title} className="calls-detail rec-detail">
      <div className="calls-stack">
        <div className="calls-acts">
          {state === 'kept' && (
            <Button kind="main" onPress={() => void compose(true)} isDisabled={act.busy}>
              {words.compose}
            </Button>
          )}
          {state === 'composing' && (
            <Button onPress={() => void compose(false)} isDisabled={act.busy}>
              {words.stopComposing}
            </Button>
          )}
          {(state === 'ready' || state === 'kept' || state === 'empty') && (
            <Button kind="danger" onPress={onDelete}>
              {words.remove}
            </Button>
          )}
        </div>
        {act.problem !== null && <ProblemNotice problem={act.problem} />}
        {problem !== null && (
          <Notice severity="attention" title={problem.message}>
            {problem.remedy}
          </Notice>
        )}
        {state === 'ready' ? <Player recording={recording} /> : <p className="soft">{words.means[state]}</p>}
        <dl className="record">
          <dt>{words.started}</dt>
          <dd>{exact(recording.startedAt)}</dd>
          <dt>{words.people}</dt>
          <dd>{people.length === 0 ? words.nobody : people.map(({ handle }) => handle).join(', ')}</dd>
          {deletedAt !== null && (
            <>
              <dt>{words.deleted}</dt>
              <dd>{exact(deletedAt)}</dd>
            </>
          )}
        </dl>
      </div>
    </Panel>
  );
}
