import { isolated } from '../../../contract/foreign-text.ts';
import type { CallRoom } from '../../../contract/index.ts';
import { go } from '../../actions/route.ts';
import { calls as words } from '../../messages/calls.ts';
import { common } from '../../messages/common.ts';
import { exact } from '../../messages/format.ts';
import { Foreign, Button, Notice, Panel, PersonName, RelativeTime } from '../../ui/index.ts';
import { useCurrentCall } from './current.ts';
import '../record.css';

const accessWords = ({ rules }: CallRoom): string => {
  if (rules.access === 'role') return words.detail.role(common.roleName(rules.leastRole));
  if (rules.access === 'invited') return words.detail.invited(rules.invited.length);
  return words.detail.everyone;
};

interface RoomDetailProps {
  readonly room: CallRoom | null;
  readonly boardName: string;
  readonly onChange: () => void;
  readonly onClose: () => void;
}

/** One room: who is in it, its rules, and the way in. */
export function RoomDetail({ room, boardName, onChange, onClose }: RoomDetailProps) {
  const current = useCurrentCall();
  if (room === null)
    return (
      <Panel title={words.detail.title}>
        <p className="soft">{words.detail.none}</p>
      </Panel>
    );
  const { detail } = words;
  const isHere = current?.room.id === room.id;
  const problem = room.refusal;
  return (
    <Panel title={isolated(room.title)} className="calls-detail">
      <div className="calls-acts">
        <Button
          kind="main"
          shortcut="enter"
          onPress={() => go('calls', room.id)}
          isDisabled={problem !== null && !isHere}
        >
          {isHere ? detail.back : detail.join}
        </Button>
        {room.mine && (
          <>
            <Button shortcut="e" onPress={onChange}>
              {detail.change}
            </Button>
            <Button kind="danger" shortcut="x" onPress={onClose}>
              {detail.close}
            </Button>
          </>
        )}
      </div>
      {problem !== null && !isHere && (
        <Notice severity="attention" title={problem.message}>
          {problem.remedy}
        </Notice>
      )}
      <h3 className="calls-sub">{detail.inIt}</h3>
      {room.participants.length === 0 ? (
        <p className="soft">{words.pre.others([])}</p>
      ) : (
        <ul className="calls-people">
          {room.participants.map((person, n) => (
            <li key={`${person.did} ${n}`}>
              <PersonName person={person} />
            </li>
          ))}
        </ul>
      )}
      <dl className="record">
        <dt>{detail.board}</dt>
        <dd>{boardName}</dd>
        <dt>{detail.host}</dt>
        <dd>
          <Foreign text={room.host.handle} />
          {!room.isReachable && <span className="soft">, {words.away}</span>}
        </dd>
        {room.startsAt !== null && (
          <>
            <dt>{detail.starts}</dt>
            <dd>{exact(room.startsAt)}</dd>
          </>
        )}
        <dt>{detail.opened}</dt>
        <dd>
          <RelativeTime at={room.openedAt} past />
        </dd>
        <dt>{detail.access}</dt>
        <dd>
          {accessWords(room)}
          {room.rules.waitingRoom && <span className="calls-also soft">{detail.waiting}</span>}
        </dd>
        <dt>{detail.share}</dt>
        <dd>{words.draft.shares[room.rules.shareRole]}</dd>
      </dl>
    </Panel>
  );
}
