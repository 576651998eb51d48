/** A measured share or area with its 95 % interval. */
export interface Measured {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const Z = 1.96;

/** `hits` of `count` with Wilson's interval; the value is NaN if there is nothing to count. */
export function share(hits: number, count: number): Measured {
  if (count === 0) return { value: Number.NaN, low: 0, high: 1 };
  const p = hits / count;
  const spread = 1 + Z ** 2 / count;
  const centre = (p + Z ** 2 / (2 * count)) / spread;
  const half = (Z * Math.sqrt((p * (1 - p)) / count + Z ** 2 / (4 * count ** 2))) / spread;
  return { value: p, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** Area under the ROC curve, ties counted half, with the interval of Hanley and McNeil (1982). */
export function areaUnderCurve(scores: readonly number[], truth: readonly boolean[]): Measured {
  const order = scores.map((score, at) => ({ score, yes: truth[at]! })).toSorted((a, b) => a.score - b.score);
  const positives = order.filter(({ yes }) => yes).length;
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0) return { value: Number.NaN, low: 0, high: 1 };
  let rankSum = 0;
  for (let at = 0; at < order.length;) {
    let end = at;
    while (end < order.length && order[end]!.score === order[at]!.score) end += 1;
    const rank = (at + 1 + end) / 2;
    for (; at < end; at += 1) if (order[at]!.yes) rankSum += rank;
  }
  const area = (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
  const q1 = area / (2 - area);
  const q2 = (2 * area ** 2) / (1 + area);
  const variance =
    (area * (1 - area) + (positives - 1) * (q1 - area ** 2) + (negatives - 1) * (q2 - area ** 2)) /
    (positives * negatives);
  const half = Z * Math.sqrt(Math.max(0, variance));
  return { value: area, low: Math.max(0, area - half), high: Math.min(1, area + half) };
}
