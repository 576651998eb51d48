import { shown } from '../../../contract/foreign-text.ts';
import type { ReviewAct } from '../../../contract/index.ts';
import { review as words } from '../../messages/review.ts';
import { reviewPages } from '../../messages/reviewPages.ts';
import { Badge, RelativeTime, Foreign } from '../../ui/index.ts';

/** The result of an act in words: “decided: removed (spam)”. */
export function actWords({ act, ruling, labels }: ReviewAct): string {
  const what = ruling === null ? words.acts[act] : reviewPages.audit.ruled(words.rulings[ruling]);
  return words.actOf(what, labels);
}

/** Whether an act counts on this node, if it does not simply count. */
export function ActState({ act }: { act: ReviewAct }) {
  return (
    <>
      {act.undone && <Badge>{reviewPages.audit.undone}</Badge>}
      {!act.followed && <Badge tone="amber">{reviewPages.audit.notFollowed}</Badge>}
    </>
  );
}

/** Every act on one item, oldest first. */
export function Acts({ acts }: { acts: readonly ReviewAct[] }) {
  return (
    <section>
      <h3 className="review-sub">{words.item.acts}</h3>
      {acts.length === 0 ? (
        <p className="soft">{words.item.noActs}</p>
      ) : (
        <ol className="review-acts">
          {acts.map((act) => (
            <li key={act.id} className={act.undone ? 'soft' : ''}>
              <span className="soft small">
                <RelativeTime at={act.at} past />
              </span>{' '}
              <span className="strong">
                <Foreign text={act.by.handle} />
              </span>{' '}
              {actWords(act)} <ActState act={act} />
              {act.note !== '' && (
                <p className="soft" dir="auto">
                  {shown(act.note)}
                </p>
              )}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
