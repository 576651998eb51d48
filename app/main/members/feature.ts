import { defineFeature, type FeaturePorts, type StoredBase } from '../feature/index.ts';
import { equalBytes } from '../kernel/bytes.ts';
import { problemOf } from '../kernel/errors.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import type { Ledger } from '../ledger/index.ts';
import type { Log } from '../log/log.ts';
import type { Moderation } from '../moderation/index.ts';
import type { PresenceService } from '../presence/index.ts';
import { membersApi } from './api.ts';
import { Handles } from './handles.ts';
import { memberMigrations } from './migrations.ts';
import { Roster } from './roster.ts';
import { RosterSync, type RosterSyncInit } from './roster-sync.ts';
import { createMembers } from './service.ts';
import { memberActs } from './sim-acts.ts';

interface LedgerSide extends Pick<Ledger, 'act'> {
  readonly chain: RosterSyncInit['chain'] & { readonly protocol: { readonly version: number } };
  readonly ordering: { onChange(listener: () => void): unknown } | null;
}

export const membersFeature = defineFeature({
  name: 'members',
  needs: ['ledger', 'log', 'moderation', 'presence'],
  migrations: memberMigrations,
  tables: { kept: ['handle_judged'] },
  stored: ({ genesis, genesisTime }: StoredBase) => {
    const roster = new Roster({ key: genesis.founder, handle: genesis.handle, time: genesisTime });
    const people = Object.assign(roster, {
      joinedAt: (key: Uint8Array) => roster.member(key)?.joinedAt ?? 0,
    });
    return { roster, people };
  },
  create(
    ports: Pick<FeaturePorts, 'db' | 'clock' | 'signer' | 'logger' | 'gathered' | 'genesis' | 'isMe'>,
    needs: {
      ledger: LedgerSide;
      log: Log;
      moderation: Pick<Moderation, 'gate'>;
      presence: PresenceService;
    },
    { roster },
  ) {
    const { db, logger, gathered, genesis, isMe } = ports;
    const { ledger, log, moderation, presence } = needs;
    const rosterSync = new RosterSync({ chain: ledger.chain, roster, told: log.rightsMark });
    log.observe(ticksOf(ledger.chain.base.time));
    rosterSync.onChange((rights, height) => log.rightsChanged(rights, height));
    ledger.chain.onFinal(({ header }) => log.observe(ticksOf(header.time)));
    ledger.ordering?.onChange(() => rosterSync.look());
    const handles = new Handles({
      db,
      judge: (handle) => moderation.gate.hides(handle, roster.holderOf(handle)?.key ?? genesis.founder),
      changed: () => members.handlesChanged(),
    });
    const members = createMembers({
      ...ports,
      roster,
      rosterSync,
      log,
      ledger,
      protocol: () => ledger.chain.protocol.version,
      presence,
      messages: gathered.messages,
      gate: moderation.gate,
      hides: (key, handle) => !isMe(key) && !equalBytes(key, genesis.founder) && handles.hides(handle),
      passed: (handle) => handles.passed(handle),
    });
    const lookAtHandles = () => {
      handles.look(roster.members().flatMap(({ handle }) => handle ?? [])).catch((error: unknown) => {
        logger.warn('handles-not-judged', { code: problemOf(error).code });
      });
    };
    let stopLooking = () => {};
    return {
      ...members,
      roster,
      // [M9] The log must be told of these first, once every projection and listener exists.
      opened: () => log.rightsChanged(rosterSync.missed.rights, rosterSync.missed.height),
      start(): void {
        members.start();
        stopLooking = rosterSync.onChange(lookAtHandles);
        lookAtHandles();
      },
      stop(): void {
        stopLooking();
        members.stop();
      },
    };
  },
  api: membersApi,
  counts: (members) => ({ members: members.list().length }),
  acts: memberActs,
});
