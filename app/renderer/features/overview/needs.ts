import type { NodeStatus } from '../../../contract/index.ts';
import { t } from '../../messages/en.ts';

const words = t.overview;

/**
 * Whether the console itself must ask for the recovery phrase: it is not confirmed, and no notice asks for
 * it.
 */
export const asksForPhrase = (status: Pick<NodeStatus, 'notices' | 'me'>): boolean =>
  status.me?.phraseConfirmed === false &&
  !status.notices.some((notice) => notice.action === 'settings.phrase');

/** How many things wait for a person’s decision: notices above information, and the phrase. */
export const dutiesOf = (status: Pick<NodeStatus, 'notices' | 'me'>): number =>
  status.notices.filter((notice) => notice.severity !== 'info').length + (asksForPhrase(status) ? 1 : 0);

type NeedStatus = { words: string; tone: 'green' | 'amber' | 'red' };

/** The overall state that the overview opens with. */
export function verdictOf(status: Pick<NodeStatus, 'notices' | 'reachability' | 'phase' | 'me'>): NeedStatus {
  if (status.reachability.verdict === 'offline') return { words: words.offline, tone: 'amber' };
  if (status.phase === 'degraded' || status.notices.some((notice) => notice.severity === 'danger'))
    return { words: words.danger, tone: 'red' };
  const needs = dutiesOf(status);
  return needs > 0 ? { words: words.attention(needs), tone: 'amber' } : { words: words.well, tone: 'green' };
}
