import { useState } from 'react';
import { Bar, BarChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { Outputs } from '../../contract/index.ts';
import { count, hourMinute, shortAgo } from '../messages/format.ts';
import { moderation } from '../messages/moderation.ts';
import { Button } from '../ui/index.ts';
import './charts.css';

type Hour = Outputs['moderation']['dashboard']['hours'][number];

const words = moderation.figures.chart;
const kinds = ['publish', 'queue', 'quarantine'] as const;
const colours = { publish: 'var(--cyan)', queue: 'url(#decision-queue)', quarantine: 'var(--red)' };

/** What was decided, hour by hour: stacked bars, one sentence that says the same, and a table. */
export function DecisionBars({ hours, now }: { hours: readonly Hour[]; now: number }) {
  const [table, setTable] = useState(false);
  const sum = (kind: (typeof kinds)[number]) => hours.reduce((all, hour) => all + hour[kind], 0);
  const total = kinds.reduce((all, kind) => all + sum(kind), 0);
  const summary = total === 0 ? words.empty : words.summary(total, sum('queue'), sum('quarantine'));
  const label = (at: number) => (hours.length > 48 ? shortAgo(at, now) : hourMinute(at));
  return (
    <figure className="chart">
      <figcaption className="chart-title">
        <span className="hidden-visually">{words.title}</span>
        <ul className="chart-legend small">
          {kinds.map((kind) => (
            <li key={kind}>
              <span aria-hidden="true" className={`chart-swatch chart-${kind}`} />
              {words[kind]} <span className="mono">{count(sum(kind))}</span>
            </li>
          ))}
        </ul>
        <Button kind="quiet" className="chart-toggle" onPress={() => setTable(!table)}>
          {table ? words.chart : words.table}
        </Button>
      </figcaption>
      {table ? (
        <div className="chart-table" tabIndex={0} role="group" aria-label={words.title}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{words.hour}</th>
                {kinds.map((kind) => (
                  <th key={kind} scope="col" className="right">
                    {words[kind]}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {hours.toReversed().map((hour) => (
                <tr key={hour.at}>
                  <td className="mono">{label(hour.at)}</td>
                  {kinds.map((kind) => (
                    <td key={kind} className="mono right">
                      {count(hour[kind])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <div className="chart-bars chart-tall">
          <p className="hidden-visually">{summary}</p>
          <div aria-hidden="true" className="chart-draw">
            <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 320, height: 160 }}>
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
                <XAxis
                  dataKey="at"
                  axisLine={false}
                  tickLine={false}
                  minTickGap={60}
                  height={20}
                  tick={{ className: 'chart-tick' }}
                  tickFormatter={(at: number) => label(at)}
                />
                <YAxis hide domain={[0, (top: number) => Math.max(4, top)]} />
                <Tooltip
                  isAnimationActive={false}
                  cursor={{ fill: 'var(--raise)' }}
                  content={({ payload }) => <Tip row={payload[0]?.payload as unknown} label={label} />}
                />
                {kinds.map((kind) => (
                  <Bar
                    key={kind}
                    dataKey={kind}
                    stackId="all"
                    fill={colours[kind]}
                    isAnimationActive={false}
                  />
                ))}
              </BarChart>
            </ResponsiveContainer>
          </div>
        </div>
      )}
    </figure>
  );
}

function Tip({ row, label }: { row: unknown; label: (at: number) => string }) {
  if (typeof row !== 'object' || row === null || !('at' in row)) return null;
  const figures = row as Hour;
  return (
    <p className="chart-tip mono">
      {label(figures.at)} · {kinds.map((kind) => `${words[kind]} ${count(figures[kind])}`).join(', ')}
    </p>
  );
}
