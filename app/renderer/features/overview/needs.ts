import { shownProblem } from '../../../contract/foreign-text.ts';
import { t } from '../../messages/en.ts';
import type { Shown } from '../../stores/index.ts';

const words = t.overview;

/**
 * Whether the console itself must ask for the recovery phrase: it is not confirmed, and no notice asks for
 * it.
 */
export const asksForPhrase = (shown: Pick<Shown, 'node'>): boolean =>
  !shown.node.me.phraseConfirmed && !shown.node.notices.some((notice) => notice.action === 'settings.phrase');

/** The notices of the community and of its node. */
export const noticesOf = ({ node, community }: Shown): Shown['node']['notices'] => [
  ...community.notices.map(shownProblem),
  ...node.notices.map(shownProblem),
];

/** How many things wait for a person’s decision: notices above information, and the phrase. */
export const dutiesOf = (shown: Shown): number =>
  noticesOf(shown).filter((notice) => notice.severity !== 'info').length + (asksForPhrase(shown) ? 1 : 0);

type NeedStatus = { words: string; tone: 'green' | 'amber' | 'red' };

/** The overall state that the overview opens with. */
export function verdictOf(shown: Shown, isArchived = false): NeedStatus {
  const { reachability, phase } = shown.community;
  if (isArchived) return { words: words.archived, tone: 'amber' };
  if (reachability.verdict === 'offline') return { words: words.offline, tone: 'amber' };
  if (phase === 'degraded' || noticesOf(shown).some((notice) => notice.severity === 'danger'))
    return { words: words.danger, tone: 'red' };
  const needs = dutiesOf(shown);
  return needs > 0 ? { words: words.attention(needs), tone: 'amber' } : { words: words.well, tone: 'green' };
}
