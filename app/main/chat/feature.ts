import { defineFeature, type FeaturePorts, type StoredBase } from '../feature/index.ts';
import type { Log } from '../log/log.ts';
import type { Members } from '../members/index.ts';
import type { Moderation } from '../moderation/index.ts';
import type { PresenceService } from '../presence/index.ts';
import { chatApi } from './api.ts';
import { chatItems } from './items.ts';
import { chatKinds } from './kinds.ts';
import { chatMigrations } from './migrations.ts';
import { ChatProjection } from './projection.ts';
import { createChat } from './service.ts';

export const chatFeature = defineFeature({
  name: 'chat',
  optional: true,
  needs: ['log', 'members', 'moderation', 'presence'],
  migrations: chatMigrations,
  kinds: Object.values(chatKinds),
  tables: { derived: ['chat_line'] },
  stored: ({ db }: StoredBase) => ({ projections: [new ChatProjection(db)], items: [chatItems(db)] }),
  create(
    ports: Pick<FeaturePorts, 'db' | 'signer'>,
    needs: {
      log: Log;
      members: Pick<Members, 'person'>;
      moderation: Pick<Moderation, 'gate' | 'holds'>;
      presence: PresenceService;
    },
  ) {
    const { moderation, members } = needs;
    const chat = createChat({
      ...ports,
      ...needs,
      person: members.person,
      gate: moderation.gate,
      held: (n) => moderation.holds.holdOf(n),
    });
    moderation.holds.onChange((changes) => chat.holdsChanged(changes.filter(({ kind }) => kind === 'chat')));
    return chat;
  },
  api: chatApi,
  acts: [{ name: 'say', weight: 6, act: ({ chat }, rng) => chat.say(`Some words ${rng.between(0, 1e6)}`) }],
});
