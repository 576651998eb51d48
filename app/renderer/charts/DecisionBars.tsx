import { Bar, BarChart, Tooltip, XAxis, YAxis } from 'recharts';
import type { Outputs } from '../../contract/index.ts';
import { count, hourMinute, shortAgo } from '../messages/format.ts';
import { moderation } from '../messages/moderation.ts';
import { ChartFigure, hourAxis } from './ChartFigure.tsx';
import { t } from '../messages/en.ts';

type Hour = Outputs['moderation']['dashboard']['hours'][number];

const words = moderation.figures.chart;
const kinds = ['publish', 'queue', 'quarantine'] as const;
const colours = { publish: 'var(--cyan)', queue: 'url(#decision-queue)', quarantine: 'var(--red)' };

/** Decisions per hour: stacked bars, a summary sentence, and a table. */
export function DecisionBars({ hours, now }: { hours: readonly Hour[]; now: number }) {
  const sum = (kind: (typeof kinds)[number]) => hours.reduce((all, hour) => all + hour[kind], 0);
  const total = kinds.reduce((all, kind) => all + sum(kind), 0);
  const imported = hours.reduce((all, hour) => all + hour.imported, 0);
  const checked = words.summary(total, sum('queue'), sum('quarantine'));
  const summary =
    total === 0 ? words.empty : imported === 0 ? checked : `${checked} ${words.imported(imported)}`;
  const label = (at: number) => (hours.length > 48 ? shortAgo(at, now) : hourMinute(at));
  return (
    <ChartFigure
      title={words.title}
      summary={summary}
      turn={words}
      tall
      height={160}
      caption={
        <>
          <span className="hidden-visually">{words.title}</span>
          <ul className="chart-legend small">
            {kinds.map((kind) => (
              <li key={kind}>
                <span aria-hidden="true" className={`chart-swatch chart-${kind}`} />
                {words[kind]} <span className="mono">{count(sum(kind))}</span>
              </li>
            ))}
          </ul>
          {imported > 0 && <span className="soft small">{words.imported(imported)}</span>}
        </>
      }
      table={{
        head: [words.hour, ...kinds.map((kind) => words[kind]), words.importedColumn],
        rows: hours.toReversed().map((hour) => ({
          key: hour.at,
          cells: [label(hour.at), ...kinds.map((kind) => count(hour[kind])), count(hour.imported)],
        })),
      }}
    >
      <BarChart
        data={[...hours]}
        margin={{ top: 6, right: 18, bottom: 0, left: 18 }}
        barCategoryGap="14%"
        accessibilityLayer={false}
      >
        <defs>
          <pattern id="decision-queue" width="4" height="4" patternUnits="userSpaceOnUse">
            <rect width="4" height="2.5" fill="var(--amber)" />
          </pattern>
        </defs>
        <XAxis {...hourAxis(label)} />
        <YAxis hide domain={[0, (top: number) => Math.max(4, top)]} />
        <Tooltip
          isAnimationActive={false}
          cursor={{ fill: 'var(--raise)' }}
          content={({ payload }) => <Tip row={payload[0]?.payload as unknown} label={label} />}
        />
        {kinds.map((kind) => (
          <Bar key={kind} dataKey={kind} stackId="all" fill={colours[kind]} isAnimationActive={false} />
        ))}
      </BarChart>
    </ChartFigure>
  );
}

function Tip({ row, label }: { row: unknown; label: (at: number) => string }) {
  if (typeof row !== 'object' || row === null || !('at' in row)) return null;
  const figures = row as Hour;
  return (
    <p className="chart-tip mono">
      {t.common.tip(
        label(figures.at),
        kinds.map((kind) => words.figure(words[kind], figures[kind])),
      )}
    </p>
  );
}
