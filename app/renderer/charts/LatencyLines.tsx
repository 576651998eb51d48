import { Line, LineChart, XAxis, YAxis } from 'recharts';
import type { Outputs } from '../../contract/index.ts';
import { hourMinute, shortAgo } from '../messages/format.ts';
import { moderation } from '../messages/moderation.ts';
import { ChartFigure, hourAxis } from './ChartFigure.tsx';

type Hour = Outputs['moderation']['dashboard']['hours'][number];

const words = moderation.figures.latency;
const { chart } = moderation.figures;

/** Classification time per hour: p50 and p99, with a summary sentence and a table. */
export function LatencyLines({ hours, now }: { hours: readonly Hour[]; now: number }) {
  const timed = hours.filter((hour) => hour.latencyP99 !== null);
  const worst = timed.reduce((most, hour) => Math.max(most, hour.latencyP99 ?? 0), 0);
  const label = (at: number) => (hours.length > 48 ? shortAgo(at, now) : hourMinute(at));
  const figure = (value: number | null) => (value === null ? '–' : value.toFixed(1));
  return (
    <ChartFigure
      title={words.title}
      summary={timed.length === 0 ? words.empty : words.summary(worst)}
      turn={chart}
      height={120}
      caption={
        <>
          <span className="hidden-visually">{words.title}</span>
          <ul className="chart-legend small">
            <li>
              <span aria-hidden="true" className="chart-stroke chart-p50" /> {words.p50}
            </li>
            <li>
              <span aria-hidden="true" className="chart-stroke chart-p99" /> {words.p99}
            </li>
          </ul>
        </>
      }
      table={{
        head: [chart.hour, words.p50, words.p99],
        rows: hours.toReversed().map((hour) => ({
          key: hour.at,
          cells: [label(hour.at), figure(hour.latencyP50), figure(hour.latencyP99)],
        })),
      }}
    >
      <LineChart
        data={[...hours]}
        margin={{ top: 6, right: 18, bottom: 0, left: 0 }}
        accessibilityLayer={false}
      >
        <XAxis {...hourAxis(label)} />
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
          dot={({ index, cx, cy, stroke }) => <LoneDot key={index} {...{ index, cx, cy, stroke, hours }} />}
          isAnimationActive={false}
        />
        <Line
          dataKey="latencyP99"
          stroke="var(--violet)"
          strokeWidth={2}
          strokeDasharray="5 3"
          dot={({ index, cx, cy, stroke }) => <LoneDot key={index} {...{ index, cx, cy, stroke, hours }} />}
          isAnimationActive={false}
        />
      </LineChart>
    </ChartFigure>
  );
}

interface Point {
  index: number;
  cx: number | undefined;
  cy: number | undefined;
  stroke: string | undefined;
}

/** An hour without neighbours makes no line: it is drawn as a dot. */
function LoneDot({ index, cx, cy, stroke, hours }: Point & { hours: readonly Hour[] }) {
  const isTimed = (at: number) => (hours[at]?.latencyP99 ?? null) !== null;
  if (!isTimed(index) || isTimed(index - 1) || isTimed(index + 1)) return <g />;
  return <circle cx={cx} cy={cy} r={3} fill={stroke} />;
}
