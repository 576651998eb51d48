import { useState, type ReactElement, type ReactNode } from 'react';
import { ResponsiveContainer } from 'recharts';
import { Button } from '../ui/index.ts';
import './charts.css';

/** An axis of hours by their beginning, `at`, named where there is room. */
export const hourAxis = (label: (at: number) => string) => ({
  dataKey: 'at',
  axisLine: false,
  tickLine: false,
  minTickGap: 60,
  height: 20,
  tick: { className: 'chart-tick' },
  tickFormatter: label,
});

/** Rows of a chart's table, the first column naming what the others are figures of. */
interface ChartTable {
  readonly head: readonly string[];
  readonly rows: readonly { readonly key: number; readonly cells: readonly string[] }[];
}

/** A chart with what it stands for: a caption, one sentence that says the same, and a table for those who want figures. */
export function ChartFigure(props: {
  title: string;
  /** Title or legend, as it is seen. */
  caption: ReactNode;
  captionClass?: string;
  summary: string;
  table: ChartTable;
  /** What the button says that turns to either. */
  turn: { readonly chart: string; readonly table: string };
  tall?: boolean;
  /** Drawn in so many pixels until its room is known. */
  height: number;
  children: ReactElement;
}) {
  const [asTable, setAsTable] = useState(false);
  const { title, table } = props;
  return (
    <figure className="chart">
      <figcaption className={`chart-title ${props.captionClass ?? ''}`}>
        {props.caption}
        <Button kind="quiet" className="chart-toggle" onPress={() => setAsTable(!asTable)}>
          {asTable ? props.turn.chart : props.turn.table}
        </Button>
      </figcaption>
      {asTable ? (
        <div className="chart-table" tabIndex={0} role="group" aria-label={title}>
          <table className="table">
            <thead>
              <tr>
                {table.head.map((name, at) => (
                  <th key={name} scope="col" className={at > 0 ? 'right' : undefined}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.rows.map(({ key, cells }) => (
                <tr key={key}>
                  {cells.map((cell, at) => (
                    <td key={table.head[at]} className={at > 0 ? 'mono right' : 'mono'}>
                      {cell}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <div className={props.tall ? 'chart-bars chart-tall' : 'chart-bars'}>
          <p className="hidden-visually">{props.summary}</p>
          <div aria-hidden="true" className="chart-draw">
            <ResponsiveContainer
              width="100%"
              height="100%"
              initialDimension={{ width: 320, height: props.height }}
            >
              {props.children}
            </ResponsiveContainer>
          </div>
        </div>
      )}
    </figure>
  );
}
