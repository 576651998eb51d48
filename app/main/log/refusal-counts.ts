import type { Refusal, RefusalCode } from './admission.ts';

export interface CountedRefusal extends Refusal {
  readonly count: number;
}

/** How often events were refused since the start, by reason. */
export class RefusalCounts {
  readonly #counts = new Map<RefusalCode, { readonly verdict: Refusal['verdict']; count: number }>();

  count({ verdict, code }: Refusal): void {
    const entry = this.#counts.get(code);
    if (entry) entry.count++;
    else this.#counts.set(code, { verdict, count: 1 });
  }

  all(): CountedRefusal[] {
    return [...this.#counts].map(([code, entry]) => ({ code, ...entry }));
  }
}
