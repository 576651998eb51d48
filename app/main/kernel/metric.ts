/** One measured value for Prometheus. Names follow its customs: base units, counters end in `_total`. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

export const gauge = (
  name: string,
  help: string,
  value: number,
  labels?: Readonly<Record<string, string>>,
): Metric => ({ name, help, type: 'gauge', value, ...(labels ? { labels } : {}) });

export const counter = (
  name: string,
  help: string,
  value: number,
  labels?: Readonly<Record<string, string>>,
): Metric => ({ name, help, type: 'counter', value, ...(labels ? { labels } : {}) });
