import { useState, type ReactElement, type ReactNode } from 'react';
import { ResponsiveContainer } from 'recharts';
import { Button } from '../ui/index.ts';
import './charts.css';

/** An axis of hours by their start, `at`, labelled where there is room. */
export const hourAxis = (label: (at: number) => string) => ({
  dataKey: 'at',
  axisLine: false,
  tickLine: false,
  minTickGap: 60,
  height: 20,
  tick: { className: 'chart-tick' },
  tickFormatter: label,
});

/** Rows of a chart’s table; the first column names the row. */
interface ChartTable {
  readonly head: readonly string[];
  readonly rows: readonly { readonly key: number; readonly cells: readonly string[] }[];
}

/** A chart with a caption, a summary sentence, and a table as the alternative view. */
export function ChartFigure(props: {
  title: string;
  /** Title or legend, as drawn. */
  caption: ReactNode;
  captionClass?: string;
  summary: string;
  table: ChartTable;
  /** Labels of the button that switches between chart and table. */
  turn: { readonly chart: string; readonly table: string };
  tall?: boolean;
  /** Width in pixels until the chart has been measured. */
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
