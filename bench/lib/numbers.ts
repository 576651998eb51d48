/** The value at or below which a fraction of the samples lies, by nearest rank; NaN without samples. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}

/** Completed work per second. */
export const rate = (count: number, elapsedMs: number): number => (count / elapsedMs) * 1000;

/**
 * The least-squares slope of y over x with the half width of its 95 % confidence interval (normal
 * approximation).
 */
export function slopeOf(points: readonly { x: number; y: number }[]): { slope: number; plusMinus: number } {
  const n = points.length;
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / n;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / n;
  const spread = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  const slope = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread;
  const residual = points.reduce((sum, { x, y }) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  return { slope, plusMinus: 1.96 * Math.sqrt(residual / Math.max(1, n - 2) / spread) };
}
