import type { Feature } from './feature.ts';

/** The features of a list that run, in its order: those that are off, and those that need one of them, do not. */
export function activeFeatures(list: readonly Feature[], off: readonly string[]): Feature[] {
  const stopped = new Set<string>();
  return list.filter(({ name, optional, needs }) => {
    const runs = !(optional === true && off.includes(name)) && !needs.some((need) => stopped.has(need));
    if (!runs) stopped.add(name);
    return runs;
  });
}
