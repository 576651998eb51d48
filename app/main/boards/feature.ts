import { defineFeature, type FeaturePorts, type StoredBase } from '../feature/index.ts';
import type { Federation } from '../federation/index.ts';
import type { Files } from '../files/index.ts';
import { cidOf } from '../kernel/cid.ts';
import type { Chain } from '../ledger/index.ts';
import type { Log } from '../log/log.ts';
import type { Members } from '../members/index.ts';
import type { Moderation } from '../moderation/index.ts';
import { boardsApi } from './api.ts';
import { Counters } from './counters.ts';
import { postItems } from './items.ts';
import { boardKinds } from './kinds.ts';
import { boardMigrations } from './migrations.ts';
import { PostCounts } from './post-counts.ts';
import { BoardsProjection } from './projection.ts';
import { createBoards } from './service.ts';
import { boardActs } from './sim-acts.ts';

export const boardsFeature = defineFeature({
  name: 'boards',
  optional: true,
  needs: ['federation', 'files', 'ledger', 'log', 'members', 'moderation'],
  migrations: boardMigrations,
  kinds: Object.values(boardKinds),
  tables: {
    kept: ['local_read'],
    derived: [
      'board',
      'board_event',
      'thread',
      'thread_mark',
      'post',
      'post_change',
      'reaction',
      'source',
      'hour',
      'search',
      'search_config',
      'search_data',
      'search_docsize',
      'search_idx',
    ],
  },
  views: ['post_place'],
  stored: ({ db, store, clock, isMe, since }: StoredBase) => {
    const reader = { isMe, since };
    const posts = new PostCounts(db, clock);
    const counters = new Counters(db, reader);
    const scopes = db.prepare<{ id: Uint8Array; name: string }>('SELECT id, name FROM board ORDER BY n');
    return {
      projections: [new BoardsProjection(db, reader, store)],
      items: [postItems(db, reader)],
      messages: {
        of: (author: Uint8Array) => posts.current().get(store.authorOf(author)) ?? 0,
        onChange: (listener: () => void) => posts.onChange(listener),
      },
      shown: () => counters.totals(clock.now()).posts,
      scopes: () => scopes.all().map(({ id, name }) => ({ id: cidOf(id), name })),
    };
  },
  create(
    ports: Pick<FeaturePorts, 'db' | 'clock' | 'signer' | 'logger' | 'notices' | 'since' | 'gathered'>,
    needs: {
      federation: Pick<Federation, 'spread'>;
      files: Pick<Files, 'has' | 'attachment'>;
      ledger: { readonly chain: Pick<Chain, 'onFinal'> };
      log: Log;
      members: Pick<Members, 'me' | 'person'>;
      moderation: Pick<Moderation, 'gate' | 'holds'>;
    },
  ) {
    const { signer, gathered } = ports;
    const { federation, files, ledger, log, members, moderation } = needs;
    const boards = createBoards({
      ...ports,
      log,
      gate: moderation.gate,
      around: {
        held: (n) => moderation.holds.holdOf(n),
        person: members.person,
        finality: (seq, id) => federation.spread.levelOf(seq, id),
        hasFile: (digest) => files.has(digest),
        me: () => ({ key: signer.publicKey, role: gathered.people.roleAt(signer.publicKey, log.now) }),
      },
      attachment: (digest) => files.attachment(digest),
    });
    moderation.holds.onChange((changes) =>
      boards.holdsChanged(changes.filter(({ kind }) => kind === 'post')),
    );
    ledger.chain.onFinal(({ anchored }) => void (anchored && boards.certified(anchored.ids)));
    return boards;
  },
  api: boardsApi,
  counts(boards) {
    const { posts, today, yesterday, unread } = boards.counts();
    return { posts, postsToday: today, postsYesterday: yesterday, unread };
  },
  acts: boardActs,
});
