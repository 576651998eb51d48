import { shown } from '../../../contract/foreign-text.ts';
import type { ReactNode } from 'react';
import type { Replay } from '../../../contract/index.ts';
import { href } from '../../actions/route.ts';
import { count, percent } from '../../messages/format.ts';
import { moderation } from '../../messages/moderation.ts';
import { review } from '../../messages/review.ts';
import { Notice } from '../../ui/index.ts';

const words = moderation.replay;

/** A person’s decision on an example, in words if it is a ruling. */
const rulingWords = (person: string): string =>
  person === 'publish' || person === 'quarantine' || person === 'remove' ? review.rulings[person] : person;

/**
 * The effect of a change: decisions that differ, harmless messages a day with their interval, and examples.
 */
export function ReplayView({ replay, old, apply }: { replay: Replay; old: boolean; apply: ReactNode }) {
  const { changed, falsePositives, caught } = replay;
  const interval = ({ expected, low, high }: Replay['falsePositives']['now']) =>
    words.between(expected, low, high);
  const share = (value: number | null) => (value === null ? words.unknown : percent(value));
  return (
    <div className="replay">
      {old && <Notice severity="attention" title={words.old} />}
      <p className="soft">{words.over(replay.judged, replay.days, replay.reviewed)}</p>
      {changed.length === 0 ? (
        <p className="strong">{words.none}</p>
      ) : (
        <table className="table" aria-label={words.changed}>
          <thead>
            <tr>
              <th scope="col">{words.from}</th>
              <th scope="col">{words.to}</th>
              <th scope="col" className="right">
                {words.count}
              </th>
            </tr>
          </thead>
          <tbody>
            {changed.map(({ from, to, count: n }) => (
              <tr key={`${from} ${to}`}>
                <td className="soft">{moderation.decisions[from]}</td>
                <td className="strong">{moderation.decisions[to]}</td>
                <td className="mono right">{count(n)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <dl className="replay-facts">
        <div>
          <dt>{words.falsePositives}</dt>
          <dd>
            <span className="soft">{words.now}</span>{' '}
            <span className="mono">{interval(falsePositives.now)}</span>
          </dd>
          <dd>
            <span className="soft">{words.after}</span>{' '}
            <span className="mono strong">{interval(falsePositives.after)}</span>{' '}
            <span className="soft small">{words.interval}</span>
          </dd>
        </div>
        <div>
          <dt>{words.caught}</dt>
          <dd>
            <span className="soft">{words.now}</span> <span className="mono">{share(caught.now)}</span>
          </dd>
          <dd>
            <span className="soft">{words.after}</span>{' '}
            <span className="mono strong">{share(caught.after)}</span>
          </dd>
        </div>
      </dl>
      <div className="moderation-line">{apply}</div>
      {replay.examples.length > 0 && (
        <section>
          <h3 className="moderation-sub">{words.examples}</h3>
          <ul className="replay-examples">
            {replay.examples.map((example) => (
              <li key={example.id}>
                <a className="link cut" href={href('review', 'queue', example.id)} dir="auto">
                  {shown(example.excerpt)}
                </a>
                <span className="soft small">
                  {words.example(
                    example.from,
                    example.to,
                    example.person === null ? null : rulingWords(example.person),
                  )}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
