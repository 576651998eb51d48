import type { Boards } from '../boards/index.ts';
import { defineFeature, type FeaturePorts, type StoredBase } from '../feature/index.ts';
import type { Files } from '../files/index.ts';
import type { Log } from '../log/log.ts';
import type { Members, Roster } from '../members/index.ts';
import type { Moderation } from '../moderation/index.ts';
import { ReviewActs } from './acts.ts';
import { reviewApi } from './api.ts';
import { reviewKinds } from './kinds.ts';
import { reviewMigrations } from './migrations.ts';
import { createReview } from './service.ts';
import { reviewActs } from './sim-acts.ts';

export const reviewFeature = defineFeature({
  name: 'review',
  optional: true,
  needs: ['boards', 'files', 'log', 'members', 'moderation'],
  migrations: reviewMigrations,
  kinds: Object.values(reviewKinds),
  tables: {
    kept: ['review_follow', 'review_override', 'review_filter', 'review_receipt'],
    derived: ['review_act', 'review_author', 'review_husk', 'review_item'],
  },
  stored: ({ db, me, store }: StoredBase) => {
    const acts = new ReviewActs(db, me, store);
    return { acts, projections: [acts.projection], rulings: acts.rulings };
  },
  create: (
    ports: Pick<FeaturePorts, 'db' | 'clock' | 'random' | 'signer' | 'verifier' | 'logger' | 'gathered'>,
    needs: {
      boards: Boards;
      files: Pick<Files, 'has' | 'forget'>;
      log: Log;
      members: Pick<Members, 'me' | 'person'> & { readonly roster: Roster };
      moderation: Pick<Moderation, 'holds'>;
    },
    { acts },
  ) => {
    const { boards, files, log, members, moderation } = needs;
    return createReview({
      ...ports,
      log,
      acts,
      items: ports.gathered.items,
      roster: members.roster,
      holds: moderation.holds,
      person: members.person,
      hasFile: (digest) => files.has(digest),
      messagesOf: (key) => ports.gathered.messages.of(key),
      forgetFile: files.forget,
      searchScrub: boards.searchScrub,
    });
  },
  api: reviewApi,
  duties: (review) => review.duties(),
  acts: reviewActs,
});
