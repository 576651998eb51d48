import { useClient } from '../../bridge/index.ts';
import { HourBars } from '../../charts/HourBars.tsx';
import { communities } from '../../messages/communities.ts';
import { t } from '../../messages/en.ts';
import { ago, count, percent, span } from '../../messages/format.ts';
import { useIsArchived, type Shown } from '../../stores/index.ts';
import { Panel, useNow } from '../../ui/index.ts';
import { verdictOf } from './needs.ts';
import { useCall } from '../useCall.ts';

const words = t.overview;

/** The panel that leads with a sentence rather than numbers. */
export function Hero({ shown }: { shown: Shown }) {
  const client = useClient();
  const now = useNow();
  const hour = Math.floor(now / 3_600_000);
  const { counts, peers, reachability, me } = shown.community;
  const activity = useCall(() => client.community.activity({}), [hour, counts.posts]).data;
  const callers = useCall(() => client.chat.callers({ limit: 10 }), [counts.callsToday, counts.online]).data;
  const last = callers?.find((caller) => caller.person.did !== me.did);
  const isArchived = useIsArchived();
  const verdict = verdictOf(shown, isArchived);
  // An unfinished day is compared only once it has passed the day before.
  const growth =
    counts.postsToday > counts.postsYesterday && counts.postsYesterday > 0
      ? counts.postsToday / counts.postsYesterday - 1
      : null;
  return (
    <Panel title={words.hero} className="hero">
      <div className="hero-parts">
        <div className="hero-says">
          <p className="hero-big">
            <span className={verdict.tone}>{verdict.words}</span> {words.here(counts.online)}
          </p>
          <p className="soft hero-text">
            {last === undefined ? words.noCall : words.lastCall(ago(last.at, now))}{' '}
            {isArchived ? communities.membership.isArchived : words.reach[reachability.verdict]}{' '}
            {reachability.verdict !== 'offline' && words.peersSentence(peers)}
          </p>
          <dl className="hero-facts">
            <Fact name={words.facts.up} value={span(now - shown.node.startedAt)} />
            <Fact name={words.facts.calls} value={count(counts.callsToday)} />
            <Fact
              name={words.facts.posts}
              value={count(counts.postsToday)}
              note={growth === null ? undefined : words.change(growth)}
              means={growth === null ? undefined : words.onYesterday}
            />
            <Fact
              name={words.facts.held}
              value={counts.replicatedShare === null ? '–' : percent(counts.replicatedShare)}
              means={counts.replicatedShare === null ? words.notHeld : undefined}
            />
          </dl>
        </div>
        <div className="hero-chart">{activity !== null && <HourBars activity={activity} />}</div>
      </div>
    </Panel>
  );
}

interface FactProps {
  name: string;
  value: string;
  note?: string | undefined;
  /** The quantity that the note compares with. */
  means?: string | undefined;
}

function Fact({ name, value, note, means }: FactProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="mono">
        {value}
        {note !== undefined && <small title={means}>{note}</small>}
        {means !== undefined && <span className="hidden-visually"> {means}</span>}
      </dd>
    </div>
  );
}
