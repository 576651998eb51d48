import { Bar, BarChart, Cell, Tooltip, XAxis, YAxis } from 'recharts';
import type { Outputs } from '../../contract/index.ts';
import { t } from '../messages/en.ts';
import { count, hourMinute } from '../messages/format.ts';
import { ChartFigure } from './ChartFigure.tsx';

const words = t.overview.chart;
const hourMs = 3_600_000;

/** Posts per hour over one day: bars, a summary sentence, and a table. */
export function HourBars({ activity }: { activity: Outputs['community']['activity'] }) {
  const rows = activity.hours.map((posts, index) => {
    const at = activity.startsAt + index * hourMs;
    return { at, posts, label: hourMinute(at), last: index === activity.hours.length - 1 };
  });
  const total = activity.hours.reduce((sum, value) => sum + value, 0);
  const most = rows.reduce(
    (best, row) => (row.posts > best.posts ? row : best),
    rows[0] ?? { posts: 0, label: '' },
  );
  const summary = total === 0 ? words.empty : words.summary(total, most.posts, most.label);
  return (
    <ChartFigure
      title={words.title}
      summary={summary}
      turn={{ chart: words.asChart, table: words.asTable }}
      height={140}
      caption={<span>{words.title}</span>}
      captionClass="mono"
      table={{
        head: [words.hour, words.posts],
        rows: rows.toReversed().map(({ at, label, posts }) => ({ key: at, cells: [label, count(posts)] })),
      }}
    >
      <BarChart
        data={rows}
        margin={{ top: 6, right: 0, bottom: 0, left: 0 }}
        barCategoryGap="14%"
        accessibilityLayer={false}
      >
        <XAxis
          dataKey="at"
          axisLine={false}
          tickLine={false}
          interval={0}
          height={20}
          tick={({ x, y, index }: { x: number | string; y: number | string; index: number }) => (
            <HourTick x={Number(x)} y={Number(y)} index={index} label={rows[index]?.label ?? ''} />
          )}
        />
        <YAxis hide domain={[0, (top: number) => Math.max(4, top)]} />
        <Tooltip
          isAnimationActive={false}
          cursor={{ fill: 'var(--raise)' }}
          content={({ payload }) => <BarTip row={payload[0]?.payload as unknown} />}
        />
        <Bar dataKey="posts" radius={2} minPointSize={2} isAnimationActive={false}>
          {rows.map((row) => (
            <Cell
              key={row.at}
              fill={row.last ? 'var(--amber)' : 'var(--cyan)'}
              fillOpacity={row.last ? 1 : 0.8}
            />
          ))}
        </Bar>
      </BarChart>
    </ChartFigure>
  );
}

function HourTick({ x, y, index, label }: { x: number; y: number; index: number; label: string }) {
  const text = index === 0 || index === 12 ? label : index === 23 ? words.now : null;
  if (text === null) return <g />;
  const anchor = index === 0 ? 'start' : index === 23 ? 'end' : 'middle';
  return (
    <text
      x={index === 0 ? x - 5 : index === 23 ? x + 5 : x}
      y={y + 10}
      textAnchor={anchor}
      className="chart-tick"
    >
      {text}
    </text>
  );
}

function BarTip({ row }: { row: unknown }) {
  if (typeof row !== 'object' || row === null || !('label' in row) || !('posts' in row)) return null;
  return (
    <p className="chart-tip mono">{t.common.tip(String(row.label), [t.common.posts(Number(row.posts))])}</p>
  );
}
