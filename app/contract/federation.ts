import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { base, empty, Progress, Role, Timestamp } from './common.ts';
import { Reachability } from './reachability.ts';
import { NodeSettingsPatch } from './node-settings.ts';

export const Peer = z.object({
  peerId: z.string(),
  /** The name that the node’s sysop chose, once the node has introduced itself. */
  name: z.string().nullable(),
  handle: z.string().nullable(),
  address: z.string(),
  direction: z.enum(['inbound', 'outbound']),
  /** `direct`, through a `relay`, or over the local network (`mdns`). */
  via: z.enum(['direct', 'relay', 'local']),
  connectedAt: Timestamp,
  latencyMs: z.number().nullable(),
  /** The gossipsub score; negative if the peer has misbehaved. */
  score: z.number(),
  sentBytes: z.number().nonnegative(),
  receivedBytes: z.number().nonnegative(),
  version: z.string().nullable(),
  sync: Progress.nullable(),
});
export type Peer = z.infer<typeof Peer>;

/** One line of the reachability report. */
export const Check = z.object({
  id: z.enum(['listening', 'address', 'router', 'dialback', 'relay', 'direct', 'local', 'key']),
  state: z.enum(['good', 'bad', 'unknown', 'off']),
  /** One sentence on the finding. */
  finding: z.string(),
  remedy: z.string().nullable(),
});

export const Doctor = z.object({ reachability: Reachability, summary: z.string(), checks: z.array(Check) });
export type Doctor = z.infer<typeof Doctor>;

/** Messages that gossip validation has refused since the node started, by reason. */
export const Refusal = z.object({
  code: z.string(),
  verdict: z.enum(['ignore', 'reject']),
  count: z.number().int(),
});

/** Audience: other nodes on this machine, nodes on this network, or nodes anywhere. */
export const Reach = z.enum(['machine', 'network', 'internet']);
export type Reach = z.infer<typeof Reach>;

/** An address of this node, and what the node knows about it. */
export const OwnAddress = z.object({
  address: z.string(),
  /**
   * Source: the sysop’s setting, a port that the router forwards, a network interface, other peers, or a
   * relay.
   */
  source: z.enum(['setting', 'router', 'interface', 'observed', 'relay']),
  scope: z.enum(['machine', 'network', 'internet', 'nowhere']),
  /** Whether outside members reached the address when they dialled it back. */
  state: z.enum(['reached', 'unreachable', 'untested']),
});
export type OwnAddress = z.infer<typeof OwnAddress>;

/** How far a node should be reachable. */
export const ReachWish = z.object({
  reach: Reach,
  /** Whether to carry connections for members who cannot be dialled. Unchanged if omitted. */
  relay: z.boolean().optional(),
  /** The setting “addresses others dial”. Unchanged if omitted. */
  announce: NodeSettingsPatch.shape.network.unwrap().shape.announce,
});
export type ReachWish = z.infer<typeof ReachWish>;

/** Whether invites for a reach work, and the steps left for a person to do. */
export const ReachReport = z.object({
  reach: Reach,
  ready: z.boolean(),
  /** One sentence on the state of this reach. */
  finding: z.string(),
  /** In order; empty if nothing is left to do. */
  steps: z.array(z.string()),
});
export type ReachReport = z.infer<typeof ReachReport>;

export const FederationView = z.object({
  peers: z.array(Peer),
  /** The addresses that this node announces. */
  addresses: z.array(z.string()),
  /** Every address of its own that this node knows, best first. */
  own: z.array(OwnAddress),
  /** Known nodes of members, connected or not. */
  known: z.number().int().nonnegative(),
  sentBytes: z.number(),
  receivedBytes: z.number(),
  doctor: Doctor,
  refusals: z.array(Refusal),
});
export type FederationView = z.infer<typeof FederationView>;

export const Invite = z.object({
  id: z.string(),
  role: Role,
  createdAt: Timestamp,
  expiresAt: Timestamp,
  usesLeft: z.number().int(),
  usedBy: z.array(z.string()),
});
export type Invite = z.infer<typeof Invite>;

export const contract = {
  view: base.input(empty).output(FederationView),
  watch: base.input(empty).output(eventIterator(FederationView)),
  /** Runs the reachability checks. */
  diagnose: base.input(empty).output(Doctor),
  /** Dials a peer by multiaddr. */
  dial: base.input(z.object({ address: z.string().max(400) })).output(empty),
  disconnect: base.input(z.object({ peerId: z.string() })).output(empty),
  invites: base.input(empty).output(z.array(Invite)),
  /** Whether invites work, for each reach. */
  reaches: base.input(empty).output(z.array(ReachReport)),
  /**
   * Sets this node up for a reach: where it listens, whether it asks the router to forward its ports, and
   * whether it relays. Returns after the router has answered and, if an outside member is connected, after
   * the addresses have been tested.
   */
  setReach: base.input(ReachWish).output(ReachReport),
  /** Makes an invite. The link holds the secret and is shown only once. */
  invite: base
    .input(
      z.object({
        role: Role.exclude(['sysop']).default('member'),
        hours: z
          .number()
          .int()
          .min(1)
          .max(24 * 30)
          .default(72),
        uses: z.number().int().min(1).max(100).default(1),
        /** Who will use the invite. If omitted: the widest working reach beyond this machine. */
        reach: Reach.optional(),
      }),
    )
    .output(z.object({ invite: Invite, link: z.string(), addresses: z.array(z.string()) })),
  revokeInvite: base.input(z.object({ id: z.string() })).output(empty),
};
