import type { Problem } from '../../contract/index.ts';

/**
 * Something that the console shows of its node. `stale`: the last known value after the connection was lost;
 * `failed`: there is no value and the request for it failed.
 */
export interface View<T> {
  readonly value: T | null;
  readonly state: 'loading' | 'ready' | 'stale' | 'failed';
  readonly problem: Problem | null;
}

export const loading: View<never> = { value: null, state: 'loading', problem: null };

export const ready = <T>(value: T): View<T> => ({ value, state: 'ready', problem: null });

/** The view after its source is lost: the last value marked as stale, or a failure if there is none. */
export function lose<T>(view: View<T>, problem: Problem): View<T> {
  return { value: view.value, state: view.value === null ? 'failed' : 'stale', problem };
}
