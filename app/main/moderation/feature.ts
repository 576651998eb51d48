import { defineFeature, type FeaturePorts } from '../feature/index.ts';
import { counter, gauge, type Metric } from '../kernel/metric.ts';
import { moderationApi } from './api.ts';
import { moderationMigrations } from './migrations.ts';
import { createModeration, type Moderation } from './service.ts';

export const moderationFeature = defineFeature({
  name: 'moderation',
  needs: [],
  migrations: moderationMigrations,
  tables: {
    kept: [
      'hold',
      'judgement',
      'judge',
      'judged_by',
      'moderation_scope',
      'moderation_list',
      'moderation_hour',
      'picture_unseen',
    ],
  },
  views: ['held_item'],
  create(
    ports: Pick<
      FeaturePorts,
      'db' | 'clock' | 'random' | 'classifiers' | 'notices' | 'logger' | 'signer' | 'gathered'
    >,
  ) {
    const { items, scopes, rulings, readFile, people, messages } = ports.gathered;
    return createModeration({
      ...ports,
      sources: items,
      scopes,
      rulings,
      readFile,
      me: () => ports.signer.publicKey,
      about: (author, time) => ({
        role: people.roleAt(author, time),
        joinedMs: people.joinedAt(author),
        messages: messages.of(author),
      }),
    });
  },
  api: moderationApi,
  metrics,
});

function metrics(moderation: Moderation): Metric[] {
  const { decisions, imported, waiting, open, p99Ms, models } = moderation.metrics();
  return [
    ...Object.entries(decisions).map(([decision, value]) =>
      counter('impulse_moderation_decisions_total', 'Messages judged, by decision.', value, { decision }),
    ),
    counter('impulse_moderation_imported_total', 'Imported posts among them.', imported),
    gauge('impulse_moderation_waiting', 'Messages that wait for their judgement.', waiting),
    gauge('impulse_moderation_open', 'Messages that wait for a person.', open),
    gauge('impulse_moderation_models', 'Whether models judge (1) or only rules (0).', models),
    ...(p99Ms === null
      ? []
      : [gauge('impulse_moderation_latency_seconds', '99th percentile of the time to judge.', p99Ms / 1000)]),
  ];
}
