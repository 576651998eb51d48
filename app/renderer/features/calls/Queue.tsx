import { isolated } from '../../../contract/foreign-text.ts';
import { calls as words } from '../../messages/calls.ts';
import { Button, PersonName } from '../../ui/index.ts';
import { useCallView } from './current.ts';
import type { CallSession } from './session.ts';

const SHOWN = 3;

/** Who waits for admission, for those who can admit them. */
export function Queue({ session, all = false }: { session: CallSession; all?: boolean }) {
  const waiting = useCallView(session, (view) => view.call?.waiting ?? none);
  const moderates = useCallView(session, (view) => view.rights.moderate);
  if (!moderates || waiting.length === 0) return null;
  const { queue } = words;
  const shown = all ? waiting : waiting.slice(0, SHOWN);
  return (
    <section className="queue" aria-label={queue.label}>
      <p className="amber strong queue-title">{queue.title(waiting.length)}</p>
      <ul className="queue-list">
        {shown.map(({ id, person }, n) => (
          <li key={id}>
            <PersonName person={person} />
            <span className="queue-acts">
              <Button
                kind={n === 0 && !all ? 'main' : 'plain'}
                onPress={() => void session.ask({ type: 'admit', participant: id })}
                {...(n === 0 && !all ? { shortcut: 'a' } : {})}
              >
                {queue.admit} <span className="hidden-visually">{isolated(person.handle)}</span>
              </Button>
              <Button
                kind="quiet"
                aria-label={queue.turnAwayName(person.handle)}
                onPress={() => void session.ask({ type: 'turn-away', participant: id })}
              >
                {queue.turnAway}
              </Button>
            </span>
          </li>
        ))}
      </ul>
      {waiting.length > shown.length && (
        <p className="soft small">{queue.more(waiting.length - shown.length)}</p>
      )}
    </section>
  );
}

const none: readonly never[] = [];
