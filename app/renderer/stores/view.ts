import type { Problem } from '../../contract/index.ts';

/**
 * Something the console shows of its node. `stale`: the value is the last one known and the connection is
 * gone; `failed`: there is no value and asking for it did not work.
 */
export interface View<T> {
  readonly value: T | null;
  readonly state: 'loading' | 'ready' | 'stale' | 'failed';
  readonly problem: Problem | null;
}

export const loading: View<never> = { value: null, state: 'loading', problem: null };

export const ready = <T>(value: T): View<T> => ({ value, state: 'ready', problem: null });

/** What a view becomes when its source is lost: its last value marked as old, or a failure without one. */
export function lose<T>(view: View<T>, problem: Problem): View<T> {
  return { value: view.value, state: view.value === null ? 'failed' : 'stale', problem };
}
