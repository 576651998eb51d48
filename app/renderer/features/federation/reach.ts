import type { Reach, ReachReport } from '../../../contract/index.ts';

/** The reaches in the order they are offered, the widest first. */
export const reaches = ['internet', 'network', 'machine'] as const satisfies readonly Reach[];

/** The reach that an invite is for unless a person says otherwise: the widest beyond this machine that is ready, else the internet. */
export function usualReach(reports: readonly ReachReport[]): Reach {
  const ready = (reach: Reach) => reports.some((report) => report.reach === reach && report.ready);
  return reaches.find((reach) => reach !== 'machine' && ready(reach)) ?? 'internet';
}

/** An address as it is shown: without this node's own id at the end, and of a relay's id only the tail. */
export const shownAddress = (address: string): string =>
  address.replace(/\/p2p\/[^/]+$/, '').replace(/\/p2p\/[^/]*([^/]{8})(?=\/|$)/g, '/p2p/…$1');

/** The form of one of this node's addresses that others are told, with its peer id; null where they are not told. */
export const toldForm = (address: string, told: readonly string[]): string | null =>
  told.find((one) => one === address || one.startsWith(`${address}/p2p/`)) ?? null;
