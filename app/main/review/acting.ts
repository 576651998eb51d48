import type * as contract from '../../contract/index.ts';
import { equalBytes } from '../kernel/bytes.ts';
import type { Signer } from '../kernel/signer.ts';
import type { Log } from '../log/log.ts';
import type { Holds } from '../moderation/index.ts';
import { asModerator, type Asker } from './asking.ts';
import type { Items } from './items.ts';
import { reviewKinds } from './kinds.ts';
import { problem } from './problems.ts';
import type { ReviewStore } from './store.ts';
import type { Writing } from './writing.ts';

type Inputs = contract.Inputs['review'];

interface ActingInit {
  readonly asker: Asker;
  readonly writing: Writing;
  readonly store: ReviewStore;
  readonly items: Items;
  readonly holds: Pick<Holds, 'of'>;
  readonly log: Pick<Log, 'append'>;
  readonly signer: Signer;
}

/** The acts of this node's person on messages: each is a signed event. */
export function createActing(init: ActingInit) {
  const { asker, writing, store, items, holds, log, signer } = init;
  const { me } = asker;

  return {
    claim: ({ ids }: Inputs['claim']) => asModerator(asker, () => writing.claim(ids)),
    release: ({ ids }: Inputs['release']) => asModerator(asker, () => writing.release(ids)),
    rule: ({ ids, ruling, labels = [], note = '' }: Inputs['rule']) =>
      asModerator(asker, () => writing.rule(ids, { ruling, labels, note })),
    undo: ({ acts: ids }: Inputs['undo']) => writing.undo(ids),
    escalate: ({ ids, to = 'sysop', note = '' }: Inputs['escalate']) =>
      asModerator(asker, () => writing.escalate(ids, { to, note })),

    /** Throws a Problem `item-unknown`, `purged`, `already-reported` or `out-of-role`. */
    report({ id, note }: Inputs['report']): void {
      const item = writing.itemFor(id);
      const { reports, ruling } = store.standing(item);
      if (reports.some(({ author, time }) => equalBytes(author, me) && time > (ruling?.time ?? -1)))
        throw problem('already-reported');
      log.append(signer, reviewKinds.report.name, { item, note });
    },

    /** Throws a Problem `item-unknown`, `purged`, `not-yours`, `not-held`, `already-appealed` or `out-of-role`. */
    appeal({ id, text }: Inputs['appeal']): void {
      const item = writing.itemFor(id);
      const content = items.reader.byId(item);
      if (!content || !equalBytes(content.author, me)) throw problem('not-your-item');
      if (holds.of(content.n)?.hidden !== true) throw problem('not-held');
      const { appeal, ruling } = store.standing(item);
      if (appeal && appeal.time > (ruling?.time ?? -1)) throw problem('already-appealed');
      log.append(signer, reviewKinds.appeal.name, { item, text });
    },
  };
}
