import { defaultSettings } from '../../contract/settings.ts';
import type { contract } from '../../contract/index.ts';
import { done, implementContract, latest, type Api } from '../api/index.ts';
import { makeGenesis, openGenesis, type Genesis } from '../community/index.ts';
import type { Feature, NodeSide } from '../feature/index.ts';
import { networkFor, parseInvite, requestMembership, type Membership } from '../federation/index.ts';
import { cidOf } from '../kernel/cid.ts';
import type { Problem } from '../kernel/errors.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { cardOf, checkPossessions, soleLedger, type Validator } from '../ledger/index.ts';
import { foundCommunity, openCommunity, type Services } from './community.ts';
import { features } from './features.ts';
import { firstBoards } from './first-boards.ts';
import { noteDamage } from './repair.ts';
import type { NodeParts } from './parts.ts';
import type { Status } from './status.ts';
import { problem } from './problems.ts';

/** How long a newcomer waits for the block of its own admission, in milliseconds. */
const ARRIVAL_MS = 10_000;

/** This node as the one validator of a new community. */
function validatorOf({ signer, validator: { bls, peer } }: NodeParts['ports']): Validator {
  return { key: signer.publicKey, peer, bls: bls.publicKey, pop: bls.provePossession() };
}

/** The whole contract, implemented by the services of one node. */
export function createRouter(parts: NodeParts, status: Status, refused: (problem: Problem) => void) {
  const { clock, random, signer, logger } = parts.ports;
  const api = implementContract(logger, refused);
  const running = () => parts.running();
  const changed = <T>(value: T): T => {
    status.changed();
    return value;
  };

  /** A node without a name is named after its person. */
  const nameNode = async (handle: string) => {
    if (parts.settings.settings.node.name !== defaultSettings.node.name) return;
    await parts.setSettings({ node: { name: `${handle.slice(0, 30)}’s node` } });
  };

  /** Makes the community of an invite this node's own. */
  const settle = async (membership: Membership): Promise<Genesis> => {
    const genesis = openGenesis(membership.genesis);
    checkPossessions(genesis.ledger, parts.ports.bls);
    foundCommunity(parts.db, genesis, ticksOf(clock.now()));
    parts.setCommunity(await openCommunity(parts.ports, genesis));
    // [M11] The host vouched for the admission; here it is verified. If that takes longer, it continues in
    // the background.
    await running().members.arrived(ARRIVAL_MS);
    return genesis;
  };

  const mustBeNew = () => {
    if (!parts.community()) return;
    throw problem('already-settled');
  };

  /**
   * Throws a Problem `database-corrupt` if a rebuild did not repair all of the damage; the next start does.
   */
  const mustBeSound = async (cause?: unknown) => {
    if ((await noteDamage(parts.directory)).length === 0) return;
    throw problem('database-still-damaged', {}, { cause });
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
      // Answers first: the connection closes when the node stops.
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
        const genesis = await settle(membership);
        return changed({ id: cidOf(genesis.id), role: membership.role });
      }),
      update: api.community.update.handler(({ input }) => changed(done(running().community.update(input)))),
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

    settings: {
      get: api.settings.get.handler(() => parts.settings.settings),
      set: api.settings.set.handler(async ({ input }) =>
        changed({ settings: await parts.setSettings(input) }),
      ),
    },

    ...featureApis(api, parts, {
      changed: status.changed,
      card: () => cardOf(validatorOf(parts.ports)),
      async repairing(work) {
        status.setPhase('repairing');
        try {
          const result = await work();
          await mustBeSound();
          return result;
        } catch (error) {
          await mustBeSound(error);
          throw error;
        } finally {
          status.setPhase(null);
        }
      },
    }),
  });
}

/** The contract parts of the features, by name; the node itself implements founding and joining. */
type FeatureApis = Pick<
  Parameters<Api['router']>[0],
  Exclude<Extract<keyof typeof contract, keyof Services>, 'community'>
>;

function featureApis(api: Api, parts: NodeParts, node: NodeSide): FeatureApis {
  const list: readonly Feature[] = features;
  const named = list.flatMap((feature) => {
    const service = () => parts.running()[feature.name as keyof Services];
    const implemented = feature.api?.(api[feature.name as keyof Api] as never, service as never, node);
    return implemented === undefined ? [] : [[feature.name, implemented] as const];
  });
  return Object.fromEntries(named) as unknown as FeatureApis;
}
