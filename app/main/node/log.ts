import { defineFeature, type FeaturePorts } from '../feature/index.ts';
import type { Chain } from '../ledger/index.ts';
import type { Projection } from '../log/kinds.ts';
import { Log } from '../log/log.ts';
import { logMigrations } from '../log/migrations.ts';
import type { Moderation } from '../moderation/index.ts';

/** A rebuild fills the projections of the ledger again too. */
const withLedger = (chain: Pick<Chain, 'refillProjections'>): Projection => ({
  kinds: [],
  apply() {},
  revoke() {},
  clear() {},
  rebuilt: () => chain.refillProjections(),
  dump: () => [],
});

/** The log, with what all features contribute to it. */
export const logFeature = defineFeature({
  name: 'log',
  needs: ['ledger', 'moderation'],
  migrations: logMigrations,
  tables: {
    kept: ['meta'],
    derived: [
      'event',
      'author',
      'head',
      'gap',
      'event_anchor',
      'anchor_awaited',
      'opaque_event',
      'feature_migration',
    ],
  },
  create(
    ports: Pick<FeaturePorts, 'db' | 'store' | 'clock' | 'verifier' | 'genesis' | 'genesisTime' | 'gathered'>,
    needs: {
      ledger: { readonly chain: Pick<Chain, 'anchoring' | 'refillProjections'> };
      moderation: Pick<Moderation, 'gate' | 'holds'>;
    },
  ) {
    const { genesis, gathered } = ports;
    const { ledger, moderation } = needs;
    const log = new Log({
      ...ports,
      community: genesis.id,
      projections: [...gathered.projections, withLedger(ledger.chain)],
      authority: gathered.people,
      admissionHook: moderation.gate,
    });
    log.onCommit(() => moderation.holds.tell());
    log.onStored((batch) => ledger.chain.anchoring?.stored(batch.at(-1)!.seq));
    return log;
  },
});
