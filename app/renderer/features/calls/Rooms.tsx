import { isolated } from '../../../contract/foreign-text.ts';
import { useState } from 'react';
import type { CallRoom } from '../../../contract/index.ts';
import { useActions } from '../../actions/registry.ts';
import { go } from '../../actions/route.ts';
import { calls as words } from '../../messages/calls.ts';
import { common } from '../../messages/common.ts';
import { ago, exact } from '../../messages/format.ts';
import { recordings } from '../../messages/recordings.ts';
import { useBoards, useCallRooms } from '../../stores/index.ts';
import {
  Foreign,
  Badge,
  Button,
  EmptyState,
  LiveRegion,
  Loading,
  Panel,
  ProblemNotice,
  VirtualList,
  useNow,
} from '../../ui/index.ts';
import type { Column } from '../../ui/index.ts';
import { useDoing } from '../useDoing.ts';
import { CloseDialog } from './CloseDialog.tsx';
import { RoomDetail } from './RoomDetail.tsx';
import { RoomDialog } from './RoomDialog.tsx';

/** The marks of a room, in short words. */
export function RoomMarks({ rules }: Pick<CallRoom, 'rules'>) {
  const { marks } = words;
  return (
    <>
      {rules.access === 'invited' && <Badge title={marks.invitedMeans}>{marks.invited}</Badge>}
      {rules.access === 'role' && (
        <Badge title={marks.roleMeans}>{marks.role(common.roleName(rules.leastRole))}</Badge>
      )}
      {rules.waitingRoom && <Badge title={marks.waitingRoomMeans}>{marks.waitingRoom}</Badge>}
      {rules.audioOnly && <Badge title={marks.audioOnlyMeans}>{marks.audioOnly}</Badge>}
      {rules.encrypted && (
        <Badge tone="green" title={marks.encryptedMeans}>
          {marks.encrypted}
        </Badge>
      )}
    </>
  );
}

function RoomState({ room }: { room: CallRoom }) {
  const now = useNow();
  if (room.participants.length > 0)
    return <span className="green strong">{words.live(room.participants.length)}</span>;
  if (!room.isReachable)
    return (
      <span className="soft" title={words.awayMeans}>
        {words.away}
      </span>
    );
  if (room.startsAt !== null && room.startsAt > now)
    return (
      <span className="amber" title={exact(room.startsAt)}>
        {words.startsIn(ago(room.startsAt, now))}
      </span>
    );
  if (room.refusal !== null)
    return (
      <span className="soft" title={room.refusal.message}>
        {words.shut}
      </span>
    );
  return <span className="soft">{words.free}</span>;
}

const columnsOf = (boardName: (room: CallRoom) => string): readonly Column<CallRoom>[] => [
  {
    id: 'room',
    label: words.columns.room,
    width: 'minmax(0, 1.7fr)',
    cell: (room) => (
      <span className="room-name">
        <span className="strong cut">
          <Foreign text={room.title} />
        </span>
        <span className="room-marks">
          <RoomMarks rules={room.rules} />
        </span>
      </span>
    ),
  },
  {
    id: 'in',
    label: words.columns.inIt,
    width: 'minmax(0, 1fr)',
    wide: true,
    cell: ({ participants }) =>
      participants.length === 0 ? (
        <span className="soft">{words.nobody}</span>
      ) : (
        participants.map(({ handle }) => isolated(handle)).join(', ')
      ),
  },
  {
    id: 'board',
    label: words.columns.board,
    width: '96px',
    wide: true,
    cell: (room) => <span className={room.board === null ? 'soft' : 'cyan'}>{boardName(room)}</span>,
  },
  {
    id: 'host',
    label: words.columns.host,
    width: '84px',
    wide: true,
    cell: ({ host }) => <Foreign text={host.handle} />,
  },
  {
    id: 'state',
    label: words.columns.state,
    width: '118px',
    align: 'right',
    cell: (room) => <RoomState room={room} />,
  },
];

type Shown = { kind: 'open' } | { kind: 'change' | 'close'; room: CallRoom } | null;

/** The open rooms, and what can be done with them. */
export function Rooms({ opening }: { opening: boolean }) {
  const rooms = useCallRooms();
  const boards = useBoards().value ?? [];
  const [picked, setPicked] = useState<string | null>(null);
  const [dialog, setDialog] = useState<Shown>(opening ? { kind: 'open' } : null);
  const [said, setSaid] = useState('');
  useDoing(words.doing);
  const held = rooms.value ?? [];
  const room = held.find(({ id }) => id === picked) ?? held[0] ?? null;
  const boardName = ({ board }: CallRoom) =>
    board === null ? words.noBoard : (boards.find(({ id }) => id === board)?.name ?? words.noBoard);
  const open = () => setDialog({ kind: 'open' });
  const close = () => {
    setDialog(null);
    if (opening) go('calls');
  };
  const calm = dialog === null;
  useActions([
    {
      id: 'calls.open',
      label: words.acts.open,
      section: 'view',
      shortcut: 'n',
      line: true,
      when: () => calm,
      run: open,
    },
    {
      id: 'calls.recordings',
      label: words.acts.recordings,
      section: 'view',
      shortcut: 'r',
      line: true,
      when: () => calm,
      run: () => go('calls', 'recordings'),
    },
    {
      id: 'calls.change',
      label: words.acts.change,
      section: 'view',
      shortcut: 'e',
      line: room?.mine === true,
      when: () => calm && room?.mine === true,
      run: () => room && setDialog({ kind: 'change', room }),
    },
    {
      id: 'calls.close',
      label: words.acts.close,
      section: 'view',
      shortcut: 'x',
      line: room?.mine === true,
      when: () => calm && room?.mine === true,
      run: () => room && setDialog({ kind: 'close', room }),
    },
  ]);
  return (
    <div className={`calls-rooms ${held.length === 0 ? 'calls-none' : ''}`}>
      <Panel
        title={words.rooms}
        level={1}
        count={held.length > 0 ? words.roomCount(held.length) : null}
        className="calls-list"
        tools={
          <>
            <Button kind="quiet" shortcut="r" onPress={() => go('calls', 'recordings')}>
              {recordings.title}
            </Button>
            {held.length > 0 && (
              <Button kind="quiet" onPress={open}>
                {words.openRoom}
              </Button>
            )}
          </>
        }
        flush
      >
        {rooms.state === 'loading' && <Loading what={words.loading} />}
        {rooms.problem && rooms.state !== 'ready' && (
          <ProblemNotice
            problem={rooms.problem}
            action={<Button onPress={() => void rooms.refresh()}>{words.again}</Button>}
          />
        )}
        {rooms.state === 'ready' && held.length === 0 && (
          <EmptyState
            title={words.empty}
            action={
              <Button kind="main" shortcut="n" onPress={open}>
                {words.openRoom}
              </Button>
            }
          >
            {words.emptyHint}
          </EmptyState>
        )}
        {held.length > 0 && (
          <VirtualList
            label={words.rooms}
            items={held}
            keyOf={({ id }) => id}
            columns={columnsOf(boardName)}
            estimate={40}
            autoFocus
            onActive={({ id }) => setPicked(id)}
            onOpen={({ id }) => go('calls', id)}
          />
        )}
        {said !== '' && <LiveRegion>{said}</LiveRegion>}
      </Panel>
      {held.length > 0 && (
        <RoomDetail
          room={room}
          boardName={room === null ? '' : boardName(room)}
          onChange={() => room && setDialog({ kind: 'change', room })}
          onClose={() => room && setDialog({ kind: 'close', room })}
        />
      )}
      {dialog?.kind === 'open' && <RoomDialog room={null} onClose={close} onDone={setSaid} />}
      {dialog?.kind === 'change' && <RoomDialog room={dialog.room} onClose={close} onDone={setSaid} />}
      {dialog?.kind === 'close' && <CloseDialog room={dialog.room} onClose={close} onDone={setSaid} />}
    </div>
  );
}
