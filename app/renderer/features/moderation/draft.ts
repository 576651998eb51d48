import type { Bounds } from '../../../contract/index.ts';

/** The labels that may decide, in display order. */
export const deciding = ['spam', 'toxic', 'severe', 'threat', 'identity', 'nsfw'] as const;
export type Deciding = (typeof deciding)[number];

/** The first bounds of a label after it is switched on. */
const FRESH = { queue: 0.7, quarantine: 0.9 };

const rounded = (value: number): number => Math.round(Math.max(0, Math.min(1, value)) * 100) / 100;

/**
 * Bounds with one side of one label moved; the other side follows, so that hiding never lies below asking.
 */
export function moved(bounds: Bounds, label: Deciding, side: 'queue' | 'quarantine', to: number): Bounds {
  const held = bounds[label] ?? FRESH;
  const value = rounded(to);
  const next =
    side === 'queue'
      ? { queue: value, quarantine: Math.max(value, held.quarantine) }
      : { queue: Math.min(value, held.queue), quarantine: value };
  return { ...bounds, [label]: next };
}

/** Bounds with a label switched on or off. */
export function switched(bounds: Bounds, label: Deciding, on: boolean): Bounds {
  const { [label]: held, ...rest } = bounds;
  return on ? { ...rest, [label]: held ?? FRESH } : rest;
}

/** The same text for equal bounds, whatever the order of their labels. */
export const keyOf = (bounds: Bounds | null): string =>
  bounds === null
    ? 'none'
    : deciding
        .map((label) => `${label} ${bounds[label]?.queue ?? '-'} ${bounds[label]?.quarantine ?? '-'}`)
        .join(', ');

/** A share typed as per cent, or null if it is not one. */
export function typedShare(typed: string): number | null {
  const text = typed.trim().replace(',', '.').replace(/%$/, '');
  const value = text === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= 0 && value <= 100 ? rounded(value / 100) : null;
}
