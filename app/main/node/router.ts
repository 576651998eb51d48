import { defaultSettings } from '../../contract/settings.ts';
import { done, each, implementContract, latest } from '../api/index.ts';
import { boardsApi } from '../boards/index.ts';
import { makeGenesis } from '../community/index.ts';
import { networkFor, parseInvite, requestMembership } from '../federation/index.ts';
import { cidOf } from '../kernel/cid.ts';
import { Problem } from '../kernel/errors.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { cardOf, ledgerApi, soleLedger, type Validator } from '../ledger/index.ts';
import { moderationApi } from '../moderation/index.ts';
import { reviewApi } from '../review/index.ts';
import { foundCommunity, openCommunity } from './community.ts';
import { firstBoards } from './first-boards.ts';
import { noteDamage } from './repair.ts';
import type { Workshop } from './workshop.ts';
import type { NodeParts } from './start.ts';
import type { Status } from './status.ts';

/** This node as the one validator of a new community. */
function validatorOf({ signer, validator: { bls, peer } }: NodeParts['ports']): Validator {
  return { key: signer.publicKey, peer, bls: bls.publicKey, pop: bls.provePossession() };
}

/** The whole contract, implemented by the services of one node. */
export function createRouter(
  parts: NodeParts,
  status: Status,
  workshop: Workshop,
  refused: (problem: Problem) => void,
) {
  const { clock, random, signer, logger } = parts.ports;
  const api = implementContract(logger, refused);
  const running = () => parts.running();
  const changed = <T>(value: T): T => {
    status.changed();
    return value;
  };

  /** A node that nobody named is called after its person. */
  const nameNode = async (handle: string) => {
    if (parts.settings.settings.node.name !== defaultSettings.node.name) return;
    await parts.setSettings({ node: { name: `${handle.slice(0, 30)}’s node` } });
  };

  const mustBeNew = () => {
    if (!parts.community()) return;
    throw new Problem(
      'already-settled',
      'This node belongs to a community already.',
      'Start another node with its own data directory.',
    );
  };

  /** Throws a Problem `database-corrupt` where a rebuild did not reach all of the damage; the next start does. */
  const mustBeSound = async (cause?: unknown) => {
    if ((await noteDamage(parts.directory)).length === 0) return;
    throw new Problem(
      'database-corrupt',
      'The database file is damaged in more than what is shown.',
      'Stop the node and start it again, or run “impulse rebuild” once more while it is stopped: it then builds the file anew from what can be read.',
      { cause },
    );
  };

  return api.router({
    node: {
      status: api.node.status.handler(() => status.current()),
      watch: api.node.watch.handler(({ signal }) => latest(status.watch, signal)),
      activity: api.node.activity.handler(() => ({
        startsAt: (Math.floor(clock.now() / 3_600_000) - 23) * 3_600_000,
        hours: parts.community()?.boards.hours() ?? Array.from({ length: 24 }, () => 0),
      })),
      suspended: api.node.suspended.handler(() => done(parts.community()?.federation.suspended())),
      resumed: api.node.resumed.handler(async () => done(await parts.community()?.federation.resumed())),
      dismissNotice: api.node.dismissNotice.handler(({ input }) => done(status.notices.dismiss(input.id))),
      // Answers first: the carrier of the answer goes down with the node.
      stop: api.node.stop.handler(() => done(clock.after(50, () => void parts.stop()))),
    },

    community: {
      create: api.community.create.handler(async ({ input }) => {
        mustBeNew();
        const { name, description, handle } = input;
        const createdAt = clock.now();
        const genesis = makeGenesis({
          name,
          description,
          handle,
          createdAt,
          founder: signer.publicKey,
          nonce: random.bytes(16),
          ledger: soleLedger(validatorOf(parts.ports), { ...input.ledger, model: input.model }),
        });
        await nameNode(handle);
        await parts.ports.voteJournal?.renew();
        foundCommunity(parts.db, genesis, ticksOf(createdAt));
        parts.setCommunity(await openCommunity(parts.ports, genesis));
        if (input.boards) for (const board of firstBoards) running().boards.create({ ...board });
        return changed({ id: cidOf(genesis.id) });
      }),
      previewInvite: api.community.previewInvite.handler(({ input }) => {
        const invite = parseInvite(input.invite);
        return {
          community: { id: cidOf(invite.community), name: invite.name },
          addresses: [...invite.addresses],
          expiresAt: invite.expiresAt,
        };
      }),
      join: api.community.join.handler(async ({ input, signal }) => {
        mustBeNew();
        await nameNode(input.handle);
        if (input.wish) await parts.setSettings({ network: networkFor(input.wish) });
        const membership = await requestMembership({
          transport: parts.ports.transport,
          clock,
          signer,
          invite: parseInvite(input.invite),
          handle: input.handle,
          nodeName: parts.settings.settings.node.name,
          ...(signal ? { signal } : {}),
        });
        const genesis = await workshop.settle(membership, (opened) => openCommunity(parts.ports, opened));
        return changed({ id: cidOf(genesis.id), role: membership.role });
      }),
      update: api.community.update.handler(({ input }) => changed(done(running().update(input)))),
    },

    identity: {
      phrase: api.identity.phrase.handler(() => ({ words: parts.keys.phrase() })),
      confirmPhrase: api.identity.confirmPhrase.handler(async ({ input }) =>
        changed({ confirmed: await parts.keys.confirmPhrase(input.answers) }),
      ),
      restore: api.identity.restore.handler(async ({ input }) => {
        mustBeNew();
        await parts.keys.restore(input.words);
        return changed({ did: parts.keys.did });
      }),
    },

    boards: boardsApi(api.boards, () => running().boards),

    ledger: ledgerApi(
      api.ledger,
      () => running().ledger,
      () => cardOf(validatorOf(parts.ports)),
    ),

    moderation: moderationApi(api.moderation, () => running().moderation),

    chat: {
      lines: api.chat.lines.handler(({ input }) => running().chat.lines(input)),
      say: api.chat.say.handler(({ input }) => running().chat.say(input.text, input.askReview)),
      watch: api.chat.watch.handler(({ signal }) => each(running().chat.watch, signal)),
      online: api.chat.online.handler(() => running().chat.online()),
      watchOnline: api.chat.watchOnline.handler(({ signal }) => latest(running().chat.watchOnline, signal)),
      callers: api.chat.callers.handler(({ input }) => running().chat.callers(input.limit)),
      doing: api.chat.doing.handler(({ input }) => done(running().chat.doing(input))),
    },

    review: reviewApi(api.review, () => running().review),

    members: {
      list: api.members.list.handler(() => running().members.list()),
      setHandle: api.members.setHandle.handler(async ({ input }) =>
        changed(done(await running().members.setHandle(input.handle))),
      ),
      setRole: api.members.setRole.handler(async ({ input }) => done(await running().members.setRole(input))),
      ban: api.members.ban.handler(async ({ input }) => done(await running().members.ban(input))),
      lift: api.members.lift.handler(async ({ input }) => done(await running().members.lift(input))),
      changes: api.members.changes.handler(({ signal }) =>
        latest<Record<string, never>>((listener) => running().members.onChange(() => listener({})), signal),
      ),
    },

    files: {
      put: api.files.put.handler(async ({ input }) => {
        const { file } = input;
        return running().files.put(new Uint8Array(await file.arrayBuffer()), file.name, file.type);
      }),
      get: api.files.get.handler(async ({ input, signal }) => {
        const found = await running().files.get(input.cid, signal);
        return { file: new File([found.bytes as Uint8Array<ArrayBuffer>], found.name, { type: found.type }) };
      }),
    },

    federation: {
      view: api.federation.view.handler(() => running().federation.view()),
      watch: api.federation.watch.handler(({ signal }) => latest(running().federation.watch, signal)),
      diagnose: api.federation.diagnose.handler(() => running().federation.diagnose()),
      dial: api.federation.dial.handler(async ({ input }) =>
        done(await running().federation.dial(input.address)),
      ),
      disconnect: api.federation.disconnect.handler(async ({ input }) =>
        done(await running().federation.disconnect(input.peerId)),
      ),
      reaches: api.federation.reaches.handler(() => running().federation.reaches()),
      setReach: api.federation.setReach.handler(async ({ input }) =>
        changed(await running().federation.setReach(input)),
      ),
      invites: api.federation.invites.handler(() => running().federation.invites()),
      invite: api.federation.invite.handler(({ input }) => running().federation.invite(input)),
      revokeInvite: api.federation.revokeInvite.handler(({ input }) =>
        done(running().federation.revokeInvite(input.id)),
      ),
    },

    archive: {
      import: api.archive.import.handler(({ input }) => workshop.archive().import(input)),
      export: api.archive.export.handler(({ input }) => workshop.archive().export(input)),
      demo: api.archive.demo.handler(({ input }) => workshop.archive().demo(input)),
      cancel: api.archive.cancel.handler(({ input }) => done(workshop.archive().cancel(input))),
      jobs: api.archive.jobs.handler(() => workshop.archive().jobs()),
      watch: api.archive.watch.handler(({ signal }) => latest(workshop.archive().watch, signal)),
    },

    settings: {
      get: api.settings.get.handler(() => parts.settings.settings),
      set: api.settings.set.handler(async ({ input }) =>
        changed({ settings: await parts.setSettings(input) }),
      ),
    },

    maintenance: {
      verify: api.maintenance.verify.handler(({ input }) => workshop.maintenance().verify(input.deep)),
      rebuild: api.maintenance.rebuild.handler(async () => {
        status.setPhase('repairing');
        try {
          const done = await workshop.maintenance().rebuild();
          await mustBeSound();
          return done;
        } catch (error) {
          await mustBeSound(error);
          throw error;
        } finally {
          status.setPhase(null);
        }
      }),
      backup: api.maintenance.backup.handler(({ input }) => workshop.maintenance().backup(input.path)),
      backups: api.maintenance.backups.handler(() => workshop.maintenance().backups()),
    },
  });
}
