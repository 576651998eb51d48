import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { base, empty, Progress, Role, Timestamp } from './common.ts';
import { Reachability } from './node.ts';

export const Peer = z.object({
  peerId: z.string(),
  /** The node's chosen name, once it has introduced itself. */
  name: z.string().nullable(),
  handle: z.string().nullable(),
  address: z.string(),
  direction: z.enum(['inbound', 'outbound']),
  /** `direct`, through a `relay`, or over the local network (`mdns`). */
  via: z.enum(['direct', 'relay', 'local']),
  connectedAt: Timestamp,
  latencyMs: z.number().nullable(),
  /** Gossipsub's score; below zero it has misbehaved. */
  score: z.number(),
  sentBytes: z.number().nonnegative(),
  receivedBytes: z.number().nonnegative(),
  version: z.string().nullable(),
  sync: Progress.nullable(),
});
export type Peer = z.infer<typeof Peer>;

/** One line of the reachability doctor's report. */
export const Check = z.object({
  id: z.enum(['listening', 'router', 'dialback', 'relay', 'local']),
  state: z.enum(['good', 'bad', 'unknown', 'off']),
  /** A plain sentence on what was found. */
  finding: z.string(),
  remedy: z.string().nullable(),
});

export const Doctor = z.object({ reachability: Reachability, summary: z.string(), checks: z.array(Check) });
export type Doctor = z.infer<typeof Doctor>;

/** What was refused at the door since start, by typed reason. */
export const Refusal = z.object({
  code: z.string(),
  verdict: z.enum(['ignore', 'reject']),
  count: z.number().int(),
});

export const FederationView = z.object({
  peers: z.array(Peer),
  addresses: z.array(z.string()),
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

export const federationContract = {
  view: base.input(empty).output(FederationView),
  watch: base.input(empty).output(eventIterator(FederationView)),
  /** Runs the reachability checks now. */
  diagnose: base.input(empty).output(Doctor),
  /** Dials a peer by multiaddr. */
  dial: base.input(z.object({ address: z.string().max(400) })).output(empty),
  disconnect: base.input(z.object({ peerId: z.string() })).output(empty),
  invites: base.input(empty).output(z.array(Invite)),
  /** Makes an invite. The link holds the secret and is shown this once. */
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
      }),
    )
    .output(z.object({ invite: Invite, link: z.string() })),
  revokeInvite: base.input(z.object({ id: z.string() })).output(empty),
};
