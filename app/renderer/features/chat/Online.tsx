import { chat as words } from '../../messages/chat.ts';
import { stopwatch } from '../../messages/format.ts';
import { useOnline } from '../../stores/index.ts';
import { Badge, Button, EmptyState, Loading, Panel, PersonName, ProblemNotice } from '../../ui/index.ts';

/** Who is online, what they do and how long they have been idle. */
export function Online() {
  const online = useOnline();
  const people = online.value ?? [];
  return (
    <Panel
      title={words.online}
      count={people.length > 0 ? words.onlineCount(people.length) : null}
      className="chat-online"
    >
      {online.state === 'loading' && <Loading what={words.loading} />}
      {online.problem && online.state !== 'ready' && (
        <ProblemNotice
          problem={online.problem}
          action={<Button onPress={() => void online.refresh()}>{words.again}</Button>}
        />
      )}
      {online.state === 'ready' && people.length === 0 && <EmptyState title={words.nobody} />}
      <ul className="online-list" aria-label={words.onlineList}>
        {people.map((presence) => (
          <li key={`${presence.person.did} ${presence.node}`}>
            <span className="online-who">
              <PersonName person={presence.person} />
              {presence.here && <Badge tone="cyan">{words.you}</Badge>}
            </span>
            <span className="mono soft" title={words.columns.idle}>
              {stopwatch(presence.idleMs)}
            </span>
            <span className="online-doing soft small cut">{words.at(presence.doing, presence.node)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
