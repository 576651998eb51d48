import { implement } from '@orpc/server';
import { contract } from '../../../contract/index.ts';
import type { Invite } from '../../../contract/index.ts';
import type { Events } from './events.ts';
import type { SampleNetwork } from './network.ts';
import { sampleFederation, sampleInvites } from './node.ts';

interface FederationSample {
  readonly network: SampleNetwork;
  readonly tick: Events<null>;
  readonly now: () => number;
  /** How long the router and the outside members take, in milliseconds. */
  readonly setUpMs: number;
}

/** The federation procedures over a sample network. */
export function federationProcedures({ network, tick, now, setUpMs }: FederationSample) {
  const os = implement(contract).federation;
  const startedAt = now();
  const view = () => sampleFederation(now(), startedAt, network);
  let invites: Invite[] = sampleInvites(startedAt);
  return {
    view: os.view.handler(view),
    watch: os.watch.handler(async function* ({ signal }) {
      yield view();
      for await (const _ of tick.watch(signal)) yield view();
    }),
    diagnose: os.diagnose.handler(() => network.doctor(now())),
    dial: os.dial.handler(({ errors }) => {
      throw errors.PROBLEM({
        data: {
          code: 'dial-timeout',
          message: 'Nobody answers at that address.',
          remedy: 'Check the address with its owner, and that their node runs.',
        },
      });
    }),
    disconnect: os.disconnect.handler(() => ({})),
    invites: os.invites.handler(() => invites),
    reaches: os.reaches.handler(() =>
      (['machine', 'network', 'internet'] as const).map((reach) => network.report(reach)),
    ),
    setReach: os.setReach.handler(async ({ input: { reach, relay, announce } }) => {
      network.settings = {
        ...network.settings,
        ...(reach === 'machine' ? {} : { listen: 'everywhere' as const }),
        ...(reach === 'internet' ? { portMapping: true } : {}),
        ...(relay === undefined ? {} : { relay }),
        ...(announce === undefined ? {} : { announce }),
      };
      if (reach === 'internet' && setUpMs > 0) await new Promise((done) => setTimeout(done, setUpMs));
      return network.report(reach);
    }),
    invite: os.invite.handler(({ input, errors }) => {
      const report = network.report(input.reach ?? 'internet');
      if (!report.ready)
        throw errors.PROBLEM({
          data: { code: 'not-reachable', message: report.finding, remedy: report.steps.join(' ') },
        });
      const invite = {
        id: `invite-${invites.length}`,
        role: input.role,
        createdAt: now(),
        expiresAt: now() + input.hours * 3_600_000,
        usesLeft: input.uses,
        usedBy: [],
      };
      invites = [invite, ...invites];
      return {
        invite,
        link: `impulse://join/bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy?a=ip4.203.0.113.7.tcp.4001&s=8Qm2vW0cZrT5kYhN4bXe1g`,
        // As in a node: QUIC serves hole punching, not joining.
        addresses: network.addressesFor(report.reach).filter((address) => !address.includes('/quic-v1')),
      };
    }),
    revokeInvite: os.revokeInvite.handler(({ input }) => {
      invites = invites.filter((invite) => invite.id !== input.id);
      return {};
    }),
  };
}
