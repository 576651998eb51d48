import type { ModerationLabel, Verdict } from '../../../contract/index.ts';
import { percent } from '../../messages/format.ts';
import { reasonWords } from '../../messages/reasons.ts';
import { review as words } from '../../messages/review.ts';
import { Meter } from '../../ui/index.ts';

/** The results of models and rules: reasons in words first, then every probability with its bar. */
export function Scores({ verdict }: { verdict: Verdict | null }) {
  const scores = Object.entries(verdict?.scores ?? {}) as [ModerationLabel, number][];
  return (
    <section>
      <h3 className="review-sub">{words.item.why}</h3>
      {verdict === null || verdict.reasons.length === 0 ? (
        <p className="soft">{words.item.noWhy}</p>
      ) : (
        <ul className="review-reasons">
          {verdict.reasons.map((reason) => (
            <li key={`${reason.code} ${reason.detail}`}>{reasonWords(reason)}</li>
          ))}
        </ul>
      )}
      {verdict !== null && (
        <p className="soft small">
          {words.item.confidence(
            verdict.decision,
            verdict.confidence,
            words.item.stages[verdict.stage],
            verdict.language,
          )}
        </p>
      )}
      {scores.length === 0 ? (
        <p className="soft">{words.item.noScores}</p>
      ) : (
        <div className="review-scores" role="group" aria-label={words.item.scores}>
          {scores
            .sort(([, a], [, b]) => b - a)
            .map(([label, share]) => (
              <Meter
                key={label}
                label={words.labels[label]}
                share={share}
                words={percent(share)}
                {...(verdict?.labels.includes(label) ? { warnFrom: 0 } : {})}
              />
            ))}
        </div>
      )}
    </section>
  );
}
