import type { Outputs } from '../../../contract/index.ts';
import { percent } from '../../messages/format.ts';
import { moderation } from '../../messages/moderation.ts';
import { review } from '../../messages/review.ts';
import { Badge, Panel } from '../../ui/index.ts';

type Dashboard = Outputs['moderation']['dashboard'];
const words = moderation.figures;

/** Drift indices from which scores count as moving, and as drifted. */
const MOVING = 0.1;
const DRIFTED = 0.25;

/** Precision by label, each with its interval, and the false positives. */
export function Precision({ dashboard }: { dashboard: Dashboard }) {
  const { precision, falsePositiveRate } = dashboard;
  return (
    <Panel title={words.precision.title}>
      <p className="soft measure">{words.precision.why}</p>
      <div className="moderation-wide">
        <table className="table" aria-label={words.precision.table}>
          <thead>
            <tr>
              <th scope="col">{words.precision.columns.label}</th>
              <th scope="col" className="right">
                {words.precision.columns.share}
              </th>
              <th scope="col" className="interval-head">
                {words.precision.columns.interval}
              </th>
            </tr>
          </thead>
          <tbody>
            {precision.map(({ label, estimate }) => (
              <tr key={label}>
                <td>{review.labels[label]}</td>
                {estimate === null ? (
                  <td colSpan={2} className="soft">
                    {words.precision.none}
                  </td>
                ) : (
                  <>
                    <td className="mono right strong">{percent(estimate.value)}</td>
                    <td>
                      <Interval low={estimate.low} high={estimate.high} value={estimate.value} />
                      <span className="soft small mono">
                        {words.precision.range(estimate.low, estimate.high, estimate.of)}
                      </span>
                    </td>
                  </>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="moderation-innocent">
        <span className="strong">{words.precision.falsePositives}</span>{' '}
        {falsePositiveRate === null
          ? words.precision.none
          : words.precision.rate(falsePositiveRate.value, falsePositiveRate.low, falsePositiveRate.high)}
      </p>
      <p className="soft small">{words.precision.falsePositivesWhy}</p>
    </Panel>
  );
}

function Interval({ low, high, value }: { low: number; high: number; value: number }) {
  return (
    <span className="interval" aria-hidden="true">
      <span className="interval-span" style={{ left: `${low * 100}%`, right: `${(1 - high) * 100}%` }} />
      <span className="interval-mark" style={{ left: `${value * 100}%` }} />
    </span>
  );
}

/** How far the scores have moved since the bounds were set. */
export function Drift({ dashboard }: { dashboard: Dashboard }) {
  const word = (index: number) =>
    index >= DRIFTED ? words.drift.drifted : index >= MOVING ? words.drift.moving : words.drift.steady;
  return (
    <Panel title={words.drift.title}>
      <p className="soft measure">{words.drift.why}</p>
      <table className="table" aria-label={words.drift.table}>
        <tbody>
          {dashboard.drift.map(({ label, index }) => (
            <tr key={label}>
              <td>{review.labels[label]}</td>
              <td className="mono right">{index === null ? '–' : index.toFixed(2)}</td>
              <td>
                {index === null ? (
                  <span className="soft">{words.drift.none}</span>
                ) : (
                  <Badge tone={index >= DRIFTED ? 'red' : index >= MOVING ? 'amber' : 'green'}>
                    {word(index)}
                  </Badge>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
