import { useState } from 'react';
import { Line, LineChart, ResponsiveContainer, XAxis, YAxis } from 'recharts';
import type { Outputs } from '../../contract/index.ts';
import { hourMinute, shortAgo } from '../messages/format.ts';
import { moderation } from '../messages/moderation.ts';
import { Button } from '../ui/index.ts';
import './charts.css';

type Hour = Outputs['moderation']['dashboard']['hours'][number];

const words = moderation.figures.latency;
const { chart } = moderation.figures;

/** How long judging took, hour by hour: the middle and the slowest hundredth, with a sentence and a table. */
export function LatencyLines({ hours, now }: { hours: readonly Hour[]; now: number }) {
  const [table, setTable] = useState(false);
  const timed = hours.filter((hour) => hour.latencyP99 !== null);
  const worst = timed.reduce((most, hour) => Math.max(most, hour.latencyP99 ?? 0), 0);
  const label = (at: number) => (hours.length > 48 ? shortAgo(at, now) : hourMinute(at));
  const figure = (value: number | null) => (value === null ? '–' : value.toFixed(1));
  return (
    <figure className="chart">
      <figcaption className="chart-title">
        <span className="hidden-visually">{words.title}</span>
        <ul className="chart-legend small">
          <li>
            <span aria-hidden="true" className="chart-stroke chart-p50" /> {words.p50}
          </li>
          <li>
            <span aria-hidden="true" className="chart-stroke chart-p99" /> {words.p99}
          </li>
        </ul>
        <Button kind="quiet" className="chart-toggle" onPress={() => setTable(!table)}>
          {table ? chart.chart : chart.table}
        </Button>
      </figcaption>
      {table ? (
        <div className="chart-table" tabIndex={0} role="group" aria-label={words.title}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{chart.hour}</th>
                <th scope="col" className="right">
                  {words.p50}
                </th>
                <th scope="col" className="right">
                  {words.p99}
                </th>
              </tr>
            </thead>
            <tbody>
              {hours.toReversed().map((hour) => (
                <tr key={hour.at}>
                  <td className="mono">{label(hour.at)}</td>
                  <td className="mono right">{figure(hour.latencyP50)}</td>
                  <td className="mono right">{figure(hour.latencyP99)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <div className="chart-bars">
          <p className="hidden-visually">{timed.length === 0 ? words.empty : words.summary(worst)}</p>
          <div aria-hidden="true" className="chart-draw">
            <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 320, height: 120 }}>
              <LineChart
                data={[...hours]}
                margin={{ top: 6, right: 18, bottom: 0, left: 0 }}
                accessibilityLayer={false}
              >
                <XAxis
                  dataKey="at"
                  axisLine={false}
                  tickLine={false}
                  minTickGap={60}
                  height={20}
                  tick={{ className: 'chart-tick' }}
                  tickFormatter={(at: number) => label(at)}
                />
                <YAxis
                  axisLine={false}
                  tickLine={false}
                  width={40}
                  tickCount={3}
                  tick={{ className: 'chart-tick' }}
                />
                <Line
                  dataKey="latencyP50"
                  stroke="var(--cyan)"
                  strokeWidth={2}
                  dot={false}
                  isAnimationActive={false}
                />
                <Line
                  dataKey="latencyP99"
                  stroke="var(--violet)"
                  strokeWidth={2}
                  strokeDasharray="5 3"
                  dot={false}
                  isAnimationActive={false}
                />
              </LineChart>
            </ResponsiveContainer>
          </div>
        </div>
      )}
    </figure>
  );
}
