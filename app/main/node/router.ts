import { defaultSettings } from '../../contract/settings.ts';
import type { CallContext, communityProcedures } from '../../contract/index.ts';
import { done, implementContract, latest, type Api, type InCommunity } from '../api/index.ts';
import { makeGenesis, openGenesis } from '../community/index.ts';
import { featureProblem, type Feature } from '../feature/index.ts';
import { networkFor, parseInvite, requestMembership, type Membership } from '../federation/index.ts';
import { cidOf } from '../kernel/cid.ts';
import { cardOf, checkPossessions, KNOWN_VERSION, soleLedger, type Validator } from '../ledger/index.ts';
import { mustBeHandle } from '../members/index.ts';
import type { HostedCommunity } from './communities/hosted.ts';
import type { OpenCommunity } from './communities/open.ts';
import { viewOf } from './communities/own-settings.ts';
import type { Services } from './community.ts';
import { features } from './features.ts';
import { exportCommunity } from './communities/export.ts';
import { firstBoards } from './first-boards.ts';
import type { NodeParts } from './parts.ts';
import type { Status } from './status.ts';
import { problem } from './problems.ts';

/** How long a newcomer waits for the block of its own admission, in milliseconds. */
const ARRIVAL_MS = 10_000;

/** This node as the one validator of a new community. */
function validatorOf({ signerOf, validator: { bls, peer } }: NodeParts['ports'], person = 0): Validator {
  return { key: signerOf(person).publicKey, peer, bls: bls.publicKey, pop: bls.provePossession() };
}

/** The whole contract, implemented by the node and by the services of its communities. */
export function createRouter(parts: NodeParts, status: Status) {
  const { communities, ports } = parts;
  const { clock, random, logger } = ports;
  const api = implementContract({
    logger,
    refused: (refusal, { community }) => {
      if (community !== undefined && communities.has(community)) {
        communities.get(community).running?.refused(refusal);
      }
    },
    open: async (community) => communities.get(community).use(),
  });

  /** A node without a name is named after its person. */
  const nameNode = async (handle: string) => {
    if (parts.settings.settings.node.name !== defaultSettings.node.name) return;
    await parts.setSettings({ node: { name: `${handle.slice(0, 30)}’s node` } });
  };

  /** [CM7] The number of the person for a community: that of an earlier stay, a new one, or the node's own. */
  const personFor = async (isOwn: boolean, community?: string): Promise<number> => {
    if (community !== undefined && communities.has(community)) return communities.get(community).person;
    const used = communities.all().map(({ person }) => person);
    return isOwn ? parts.keys.newPerson(Math.max(0, ...used)) : 0;
  };

  /** Makes the community of an invite one of this node's. */
  const settle = async (membership: Membership, person: number): Promise<HostedCommunity> => {
    const genesis = openGenesis(membership.genesis);
    checkPossessions(genesis.ledger, ports.bls);
    const hosted = await communities.add(genesis, clock.now(), person);
    // [M11] The host vouched for the admission; here it is verified. If that takes longer, it continues in
    // the background.
    const { community } = await hosted.open();
    await community.members.arrived(ARRIVAL_MS);
    return hosted;
  };

  const ofNode = api.node.router({
    node: {
      status: api.node.node.status.handler(() => status.current()),
      watch: api.node.node.watch.handler(({ signal }) => latest(status.watch, signal)),
      suspended: api.node.node.suspended.handler(() => done(parts.suspended())),
      resumed: api.node.node.resumed.handler(async () => done(await parts.resumed())),
      dismissNotice: api.node.node.dismissNotice.handler(({ input }) =>
        done(status.notices.dismiss(input.id)),
      ),
      // Answers first: the connection closes when the node stops.
      stop: api.node.node.stop.handler(() => done(clock.after(50, () => void parts.stop()))),
    },

    communities: {
      list: api.node.communities.list.handler(() => communities.list()),
      watch: api.node.communities.watch.handler(({ signal }) => latest(communities.watch, signal)),
      create: api.node.communities.create.handler(async ({ input }) => {
        const { name, description, handle } = input;
        mustBeHandle(handle, KNOWN_VERSION);
        const createdAt = clock.now();
        const person = await personFor(input.ownIdentity);
        const genesis = makeGenesis({
          name,
          description,
          handle,
          createdAt,
          founder: ports.signerOf(person).publicKey,
          nonce: random.bytes(16),
          ledger: soleLedger(validatorOf(ports, person), { ...input.ledger, model: input.model }),
        });
        await nameNode(handle);
        const { id, running } = await communities.add(genesis, createdAt, person);
        if (input.boards) for (const board of firstBoards) optional(running!).boards?.create({ ...board });
        return { id };
      }),
      previewInvite: api.node.communities.previewInvite.handler(({ input }) => {
        const invite = parseInvite(input.invite);
        return {
          community: { id: cidOf(invite.community), name: invite.name },
          addresses: [...invite.addresses],
          expiresAt: invite.expiresAt,
        };
      }),
      join: api.node.communities.join.handler(async ({ input, signal }) => {
        const invite = parseInvite(input.invite);
        communities.mustBeNew(cidOf(invite.community));
        const person = await personFor(input.ownIdentity, cidOf(invite.community));
        await nameNode(input.handle);
        if (input.wish) await parts.setSettings({ network: networkFor(input.wish) });
        const { transport, close } = ports.networkOf(invite.community);
        const membership = await requestMembership({
          transport,
          clock,
          signer: ports.signerOf(person),
          invite,
          handle: input.handle,
          nodeName: parts.settings.settings.node.name,
          protocol: KNOWN_VERSION,
          ...(signal ? { signal } : {}),
        }).finally(close);
        const { id } = await settle(membership, person);
        return { id, role: membership.role };
      }),
      archive: api.node.communities.archive.handler(async ({ input }) => {
        const hosted = communities.get(input.id);
        if (hosted.hasLeft && !input.archived) throw problem('community-left');
        return done(await hosted.change({ archived: input.archived }));
      }),
      leave: api.node.communities.leave.handler(async ({ input }) => {
        const hosted = communities.get(input.id);
        const { community } = await hosted.open();
        if (community.ledger.status().validating) throw problem('validator-cannot-leave');
        return done(await hosted.change({ archived: true, left: true }));
      }),
      export: api.node.communities.export.handler(({ input }) =>
        exportCommunity(communities.get(input.id).directory, input.path),
      ),
      delete: api.node.communities.delete.handler(async ({ input }) =>
        done(await communities.delete(input.id, input.name)),
      ),
    },

    identity: {
      phrase: api.node.identity.phrase.handler(async ({ input, context }) => {
        await parts.phraseGuard.allow(context.via, input.passphrase);
        return { words: parts.keys.phrase() };
      }),
      confirmPhrase: api.node.identity.confirmPhrase.handler(async ({ input }) => {
        const confirmed = await parts.keys.confirmPhrase(input.answers);
        status.changed();
        return { confirmed };
      }),
      restore: api.node.identity.restore.handler(async ({ input }) => {
        if (communities.size > 0) throw problem('already-settled');
        await parts.keys.restore(input.words);
        status.changed();
        return { did: parts.keys.did };
      }),
      card: api.node.identity.card.handler(() => cardOf(validatorOf(ports))),
    },

    settings: {
      get: api.node.settings.get.handler(() => parts.settings.settings),
      set: api.node.settings.set.handler(async ({ input }) => {
        const settings = await parts.setSettings(input);
        status.changed();
        return { settings };
      }),
    },
  });

  const { community } = api.community;
  const openIn = (context: CallContext) => communities.get(context.community).running!;
  const settingsIn = (context: CallContext) =>
    viewOf(parts.settings.settings, openIn(context).settings.settings);
  const inCommunity = api.community.router({
    community: {
      status: community.status.handler(({ context }) => openIn(context).status.current()),
      watch: community.watch.handler(({ context }) => latest(openIn(context).status.watch, context.signal)),
      activity: community.activity.handler(({ context }) => ({
        startsAt: (Math.floor(clock.now() / 3_600_000) - 23) * 3_600_000,
        hours: optional(openIn(context)).boards?.hours() ?? Array.from({ length: 24 }, () => 0),
      })),
      dismissNotice: community.dismissNotice.handler(({ input, context }) =>
        done(openIn(context).status.notices.dismiss(input.id)),
      ),
      update: community.update.handler(({ input, context }) => {
        openIn(context).community.community.update(input);
        context.changed();
        return {};
      }),
      settings: community.settings.handler(({ context }) => settingsIn(context)),
      changeSettings: community.changeSettings.handler(async ({ input, context }) => {
        await communities.get(context.community).changeSettings(input);
        openIn(context).status.changed();
        return settingsIn(context);
      }),
    },
    ...featureApis(api.community),
  });
  return { ...ofNode, ...inCommunity };
}

/** The services of a community, of which those of features that are off are missing. */
const optional = ({ community }: OpenCommunity): Partial<Services> => community;

/** The contract parts of the features, by name. */
type FeatureApis = Pick<
  Parameters<Api['router']>[0],
  Exclude<Extract<keyof typeof communityProcedures, keyof Services>, 'community'>
>;

function featureApis(api: Api): FeatureApis {
  const list: readonly Feature[] = features;
  const named = list.flatMap((feature) => {
    const service = ({ services }: InCommunity) => {
      if (feature.name in services) return services[feature.name];
      throw featureProblem('feature-off', { feature: feature.name });
    };
    const implemented = feature.api?.(api[feature.name as keyof Api] as never, service as never);
    return implemented === undefined ? [] : [[feature.name, implemented] as const];
  });
  return Object.fromEntries(named) as unknown as FeatureApis;
}
