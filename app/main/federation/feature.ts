import { defineFeature, type FeaturePorts } from '../feature/index.ts';
import type { Log } from '../log/log.ts';
import type { Members } from '../members/index.ts';
import { federationApi } from './api.ts';
import { federationMigrations } from './migrations.ts';
import { createFederation, type FederationInit } from './service.ts';

export const federationFeature = defineFeature({
  name: 'federation',
  needs: ['community', 'ledger', 'log', 'members'],
  migrations: federationMigrations,
  tables: { kept: ['invite', 'invite_use', 'peer_address', 'node_record'] },
  create(
    ports: Omit<FederationInit, 'log' | 'genesis' | 'authority' | 'settings' | FromNeeds> &
      Pick<FeaturePorts, 'genesis' | 'settings' | 'gathered'>,
    needs: {
      community: { profile(): { readonly name: string } };
      ledger: {
        readonly chain: { readonly protocol: { readonly version: number } };
        onWanted(listener: () => void): void;
      };
      log: Log;
      members: Pick<Members, 'admit' | 'handleOf'>;
    },
  ) {
    const { community, ledger, log, members } = needs;
    const federation = createFederation({
      ...ports,
      log,
      genesis: ports.genesis.bytes,
      authority: ports.gathered.people,
      communityName: () => community.profile().name,
      nodeName: () => ports.settings().node.name,
      settings: () => ports.settings().network,
      protocol: () => ledger.chain.protocol.version,
      handleOf: members.handleOf,
      admit: ({ publicKey, ...newcomer }) => members.admit({ key: publicKey, ...newcomer }),
    });
    ledger.onWanted(() => federation.syncNow());
    return federation;
  },
  api: federationApi,
});

type FromNeeds = 'communityName' | 'nodeName' | 'protocol' | 'handleOf' | 'admit';
