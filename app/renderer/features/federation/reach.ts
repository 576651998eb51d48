import type { Reach, ReachReport } from '../../../contract/index.ts';

/** The reaches in display order, widest first. */
export const reaches = ['internet', 'network', 'machine'] as const satisfies readonly Reach[];

/** The default reach of an invite: the widest ready one beyond this machine, else the internet. */
export function usualReach(reports: readonly ReachReport[]): Reach {
  const ready = (reach: Reach) => reports.some((report) => report.reach === reach && report.ready);
  return reaches.find((reach) => reach !== 'machine' && ready(reach)) ?? 'internet';
}

/** An address for display: without this node’s id at the end, and with only the tail of a relay’s id. */
export const shownAddress = (address: string): string =>
  address.replace(/\/p2p\/[^/]+$/, '').replace(/\/p2p\/[^/]*([^/]{8})(?=\/|$)/g, '/p2p/…$1');

/** The announced form of one of this node’s addresses, with its peer id; null if it is not announced. */
export const toldForm = (address: string, told: readonly string[]): string | null =>
  told.find((one) => one === address || one.startsWith(`${address}/p2p/`)) ?? null;
