import { cidOf } from '../kernel/cid.ts';
import type { Clock } from '../kernel/clock.ts';
import type { JudgedItem } from './backlog.ts';
import type { Figures } from './figures.ts';
import type { Holds } from './holds.ts';
import { LABELS, type Label } from './labels.ts';
import type { SharedJudgements } from './shared-judgements.ts';
import type { UnseenPictures } from './unseen-pictures.ts';

interface SettlerInit {
  readonly holds: Pick<Holds, 'judgements' | 'settle'>;
  readonly figures: Pick<Figures, 'count'>;
  readonly shared: Pick<SharedJudgements, 'settled'>;
  readonly unseen: Pick<UnseenPictures, 'keep'>;
  readonly clock: Clock;
}

/** Returns a function that applies judgements and keeps them; it is called in a transaction. */
export function settler(init: SettlerInit): (items: readonly JudgedItem[]) => void {
  const { holds, figures, shared, unseen, clock } = init;
  return (items) => {
    const nowMs = clock.now();
    for (const item of items) {
      const { n, text, judged, imported, by = null } = item;
      const { judgement, verdict, latencyMs } = judged.outcome;
      const key = shared.settled(n, text, judgement, by);
      holds.judgements.keep(keptOf(item, key, nowMs));
      unseen.keep(n, judged.unseen);
      figures.count({
        decision: verdict.decision,
        // Nobody waited here for a judgement of another node.
        latencyMs: by === null ? latencyMs : null,
        scores: judgement?.scores ?? null,
        imported,
        nowMs,
      });
    }
    holds.settle(items.map(settledOf));
  };
}

function keptOf(
  { n, time, judged, board, shownAt: [from, to] }: JudgedItem,
  key: Uint8Array | null,
  nowMs: number,
) {
  const { outcome, scrutiny, found } = judged;
  const { verdict, judgement } = outcome;
  return {
    n,
    at: nowMs,
    time,
    board,
    decision: verdict.decision,
    stage: judgement?.stage ?? ('none' as const),
    scrutiny,
    found,
    cut: judgement?.cut ?? false,
    language: judgement?.language ?? null,
    scores: judgement?.scores ?? null,
    key,
    detail:
      verdict.decision === 'publish'
        ? null
        : {
            confidence: verdict.confidence,
            labels: verdict.labels,
            reasons: verdict.reasons,
            pictures: judged.seen.map(({ file, nsfw }) => [cidOf(file), nsfw] as const),
            spans: verdict.spans
              .filter(({ start, end }) => start >= from && end <= to)
              .map(({ start, end }) => [start - from, end - from] as const),
          },
  };
}

function settledOf({ n, kind, judged, board, textTime, isNew }: JudgedItem) {
  const { decision, confidence, labels } = judged.outcome.verdict;
  return {
    n,
    kind,
    board,
    decision,
    worst: confidence,
    labels: bitsOf(labels),
    ...(textTime === undefined ? {} : { textTime }),
    ...(isNew === undefined ? {} : { isNew }),
  };
}

function bitsOf(labels: readonly Label[]): number {
  return labels.reduce((bits, label) => bits | (1 << LABELS.indexOf(label)), 0);
}
