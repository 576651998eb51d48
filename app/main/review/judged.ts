import type * as contract from '../../contract/index.ts';
import { LABELS, type KeptJudgement } from '../moderation/index.ts';

/** The judgement of an item by models and rules, as the contract has it. */
export function verdictOf(kept: KeptJudgement): contract.Verdict {
  const { decision, detail, scores, language, stage } = kept;
  const worst = scores ? Math.max(...LABELS.map((head) => scores[head])) : 0;
  return {
    decision,
    confidence: detail?.confidence ?? (scores ? 1 - worst : 0),
    scores,
    labels: [...(detail?.labels ?? [])],
    reasons: (detail?.reasons ?? []).map(({ code, detail: words }) => ({ code, detail: words })),
    spans: (detail?.spans ?? []).map(([from, to]) => [from, to]),
    language,
    stage,
  };
}
