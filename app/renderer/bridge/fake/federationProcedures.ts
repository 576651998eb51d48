import type { Invite } from '../../../contract/index.ts';
import { Refusal, type Answers } from './answers.ts';
import type { Events } from './events.ts';
import type { SampleNetwork } from './network.ts';
import { sampleFederation } from './node.ts';

interface FederationSample {
  readonly network: SampleNetwork;
  readonly tick: Events<null>;
  readonly now: () => number;
  /** How long the router and the outside members take, in milliseconds. */
  readonly setUpMs: number;
}

/** The federation procedures over a sample network. */
export function federationProcedures({
  network,
  tick,
  now,
  setUpMs,
}: FederationSample): NonNullable<Answers['federation']> {
  const startedAt = now();
  const view = () => sampleFederation(now(), startedAt, network);
  let invites: Invite[] = [];
  return {
    view,
    watch: async function* (_, signal) {
      yield view();
      for await (const _tick of tick.watch(signal)) yield view();
    },
    diagnose: () => network.doctor(now()),
    invites: () => invites,
    reaches: () => (['machine', 'network', 'internet'] as const).map((reach) => network.report(reach)),
    setReach: async ({ reach, relay, announce }) => {
      network.settings = {
        ...network.settings,
        ...(reach === 'machine' ? {} : { listen: 'everywhere' as const }),
        ...(reach === 'internet' ? { portMapping: true } : {}),
        ...(relay === undefined ? {} : { relay }),
        ...(announce === undefined ? {} : { announce }),
      };
      if (reach === 'internet' && setUpMs > 0) await new Promise((done) => setTimeout(done, setUpMs));
      return network.report(reach);
    },
    invite: ({ role, hours, uses, reach }) => {
      const report = network.report(reach ?? 'internet');
      if (!report.ready)
        throw new Refusal({
          code: 'not-reachable',
          message: report.finding,
          remedy: report.steps.join(' '),
        });
      const invite: Invite = {
        id: `invite-${invites.length}`,
        role,
        createdAt: now(),
        expiresAt: now() + hours * 3_600_000,
        usesLeft: uses,
        usedBy: [],
      };
      invites = [invite, ...invites];
      return {
        invite,
        link: `impulse://join/bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy?a=ip4.203.0.113.7.tcp.4001&s=8Qm2vW0cZrT5kYhN4bXe1g`,
        // As in a node: QUIC serves hole punching, not joining.
        addresses: network.addressesFor(report.reach).filter((address) => !address.includes('/quic-v1')),
      };
    },
  };
}
