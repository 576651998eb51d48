import { href } from '../../actions/route.ts';
import { useClient } from '../../bridge/index.ts';
import { ago, count } from '../../messages/format.ts';
import { review as words } from '../../messages/review.ts';
import { Badge, Loading, PersonName, ProblemNotice, useNow, Foreign } from '../../ui/index.ts';
import { useCall } from '../useCall.ts';

/**
 * An author as this node knows them: membership, messages, how many were held and removed, and the latest
 * ones.
 */
export function Author({ did, item }: { did: string; item: string }) {
  const client = useClient();
  const now = useNow();
  const { data, problem } = useCall(() => client.review.author({ did }), [did, item]);
  if (problem && data === null) return <ProblemNotice problem={problem} />;
  if (data === null) return <Loading what={words.author.loading} />;
  const others = data.latest.filter((other) => other.id !== item);
  return (
    <section>
      <h3 className="review-sub">{words.item.history}</h3>
      <p>
        <PersonName person={data.author} />{' '}
        <span className="soft">
          {data.joinedAt === null ? words.author.unknown : words.author.joined(ago(data.joinedAt, now))}
        </span>{' '}
        {data.banned && <Badge tone="red">{words.author.banned}</Badge>}
      </p>
      <dl className="review-facts">
        {(['messages', 'held', 'removed', 'published'] as const).map((fact) => (
          <div key={fact}>
            <dt>{words.author.facts[fact]}</dt>
            <dd className="mono">{count(data[fact])}</dd>
          </div>
        ))}
      </dl>
      <p className="soft small">
        {data.removed === 0 || data.messages === 0
          ? words.author.clean
          : words.author.removedShare(data.removed / data.messages)}
      </p>
      {others.length > 0 && (
        <>
          <h4 className="soft small">{words.author.latest}</h4>
          <ul className="review-lately">
            {others.slice(0, 5).map((other) => (
              <li key={other.id}>
                <a className="link cut" href={href('review', 'queue', other.id)}>
                  <Foreign text={other.text ?? words.item.gone} />
                </a>
                <span className="soft small">
                  {other.ruling === null
                    ? other.held === null
                      ? ''
                      : words.held[other.held]
                    : words.rulings[other.ruling.ruling]}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
