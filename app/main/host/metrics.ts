import type { Metric } from '../kernel/metric.ts';

/** The metrics in the text format of Prometheus, version 0.0.4, grouped by name. */
export function prometheusText(metrics: readonly Metric[]): string {
  const byName = Map.groupBy(metrics, (metric) => metric.name);
  const blocks = [...byName].map(([name, [first, ...rest]]) => {
    if (!first) return '';
    const help = first.help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
    const lines = [first, ...rest].map((metric) => `${name}${labelsOf(metric)} ${metric.value}`);
    return [`# HELP ${name} ${help}`, `# TYPE ${name} ${first.type}`, ...lines].join('\n');
  });
  return `${blocks.join('\n')}\n`;
}

function labelsOf({ labels }: Metric): string {
  const escape = (value: string) =>
    value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  const pairs = Object.entries(labels ?? {}).map(([name, value]) => `${name}="${escape(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
