/**
 * A percentile by nearest rank: the least value that a share of all values do not exceed.
 *
 * @param share above 0, up to 1.
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1];
  if (value === undefined) throw new Error('Nothing was measured.');
  return value;
}

/** Times measured in the lab by name, in milliseconds. */
export class Measurements {
  readonly #values = new Map<string, number[]>();

  /** Adds one time in milliseconds. */
  add(name: string, valueMs: number): void {
    this.#values.set(name, [...(this.#values.get(name) ?? []), valueMs]);
  }

  /**
   * A line for each name, in the order of first use; between stars, so that the runner of the tests repeats
   * it.
   */
  lines(): string[] {
    const width = Math.max(0, ...[...this.#values.keys()].map(({ length }) => length));
    return [...this.#values].map(([name, values]) => {
      const [p50, p95] = [0.5, 0.95].map((share) =>
        `${Math.round(percentile(values, share))} ms`.padStart(9),
      );
      return `*** network lab: ${name.padEnd(width)}  p50 ${p50}  p95 ${p95}  of ${values.length} ***`;
    });
  }

  /** Prints the table; call it once all tests ran. */
  print(): void {
    for (const line of this.lines()) console.log(line);
  }
}
