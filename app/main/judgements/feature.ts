import { defineFeature, type FeaturePorts } from '../feature/index.ts';
import type { Federation } from '../federation/index.ts';
import type { Chain } from '../ledger/index.ts';
import type { Log } from '../log/log.ts';
import type { Members, Roster } from '../members/index.ts';
import type { Moderation } from '../moderation/index.ts';
import { judgementsApi } from './api.ts';
import { judgementCommands } from './commands.ts';
import { createJudgements } from './service.ts';

export const judgementsFeature = defineFeature({
  name: 'judgements',
  needs: ['federation', 'ledger', 'log', 'members', 'moderation'],
  create(
    ports: Pick<
      FeaturePorts,
      'transport' | 'clock' | 'signer' | 'verifier' | 'logger' | 'settings' | 'notices' | 'gathered' | 'isMe'
    >,
    needs: {
      federation: Pick<Federation, 'memberPeers'>;
      ledger: { readonly chain: Pick<Chain, 'set'> };
      log: Log;
      members: Pick<Members, 'person'> & { readonly roster: Roster };
      moderation: Moderation;
    },
  ) {
    const { federation, ledger, log, members, moderation } = needs;
    return createJudgements({
      ...ports,
      log,
      moderation,
      members,
      roster: members.roster,
      authority: ports.gathered.people,
      nodeName: () => ports.settings().node.name,
      memberPeers: federation.memberPeers,
      validators: () => ledger.chain.set.validators.map(({ key }) => key),
      trustModerators: () => ports.settings().judgements.trustModerators,
    });
  },
  api: judgementsApi,
  commands: judgementCommands,
});
