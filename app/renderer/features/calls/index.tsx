import type { CallRoom } from '../../../contract/index.ts';
import { go } from '../../actions/route.ts';
import { calls as words } from '../../messages/calls.ts';
import { useCallRooms } from '../../stores/index.ts';
import { Button, EmptyState, Loading, ProblemNotice } from '../../ui/index.ts';
import { CallPage } from './CallPage.tsx';
import { useCurrentCall } from './current.ts';
import { PreJoin } from './PreJoin.tsx';
import { Recordings } from './Recordings.tsx';
import { Rooms } from './Rooms.tsx';
import './calls.css';
import './stage.css';

/** The place in the address at which a room is opened. */
export const NEW = 'new';
/** The place in the address at which recordings are played. */
const RECORDINGS = 'recordings';

/** The rooms; with the id of a room in the address, its call or the page before it. */
export function CallsView({ path }: { path: readonly string[] }) {
  const [id, selected] = path;
  const call = useCurrentCall();
  if (id === undefined || id === NEW) return <Rooms opening={id === NEW} />;
  if (id === RECORDINGS) return <Recordings selected={selected ?? null} />;
  if (call?.room.id === id) return <CallPage key={call.startedAt} call={call} />;
  return <Entrance id={id} />;
}

function Entrance({ id }: { id: string }) {
  const rooms = useCallRooms();
  const room: CallRoom | undefined = rooms.value?.find((one) => one.id === id);
  if (room !== undefined) return <PreJoin key={id} room={room} />;
  return (
    <div className="page">
      {rooms.value === null && rooms.problem === null && <Loading what={words.loading} />}
      {rooms.value === null && rooms.problem !== null && (
        <ProblemNotice
          problem={rooms.problem}
          action={<Button onPress={() => void rooms.refresh()}>{words.again}</Button>}
        />
      )}
      {rooms.value !== null && (
        <EmptyState title={words.gone} action={<Button onPress={() => go('calls')}>{words.toRooms}</Button>}>
          {words.goneHint}
        </EmptyState>
      )}
    </div>
  );
}
