import type { Clock } from '../kernel/clock.ts';
import { equalBytes } from '../kernel/bytes.ts';
import { encodeCanonical } from '../kernel/canonical.ts';
import { Problem, problemOf } from '../kernel/errors.ts';
import type { Role } from '../kernel/roles.ts';
import { sha256 } from '../kernel/sha256.ts';
import type { Signer } from '../kernel/signer.ts';
import type { Channel, Transport } from '../log/transport.ts';
import { checkInviteTime, type InviteLink } from './invite.ts';
import { Answer, joinTranscript, JOIN_PROTOCOL } from './join-wire.ts';
import { decodeMessage } from './wire.ts';
import { problem } from './problems.ts';

/** [FJ3] Time limit of dialling, and of the exchange after it. */
const DEADLINE_MS = 10_000;

export interface MembershipRequest {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly invite: InviteLink;
  readonly handle: string;
  readonly signer: Signer;
  readonly nodeName: string;
  /** [FJ6] The newest version of the ledger's protocol that this release knows. */
  readonly protocol: number;
  readonly signal?: AbortSignal;
}

export interface Membership {
  /** The encoded genesis document; its digest is the invite's community. */
  readonly genesis: Uint8Array;
  /** The host, still connected. */
  readonly peer: string;
  /** The address at which it answered. */
  readonly address: string;
  readonly role: Role;
}

type Welcome = Pick<Membership, 'genesis' | 'role'>;

/**
 * [FJ2] Uses an invite: dials the host, sends secret and key, receives the genesis document.
 * Rejects with a Problem: `invite-expired`, `host-unreachable`, `host-silent`, `wrong-genesis`, `cancelled`,
 * or the host's refusal (`invite-unknown`, `invite-used`, `bad-secret`, `handle-taken`, `banned`, `ledger-outdated`, …).
 */
export async function requestMembership(request: MembershipRequest): Promise<Membership> {
  checkInviteTime(request.invite, request.clock.now());
  const { peer, address } = await dialAny(request);
  try {
    return { peer, address, ...(await ask(peer, request, request.protocol)) };
  } catch (error) {
    // [FJ6] Hosts of releases that know version 1 alone take no further field, and no handle with marks.
    if (problemOf(error).code !== 'malformed') throw error;
    if (/\p{M}/u.test(request.handle)) throw problem('host-outdated', {}, { cause: error });
    return { peer, address, ...(await ask(peer, request, null)) };
  }
}

/** One exchange with the host, within its time limit; `protocol` is null for a request without that field. */
async function ask(peer: string, request: MembershipRequest, protocol: number | null): Promise<Welcome> {
  const channel = await request.transport.open(peer, JOIN_PROTOCOL, request.signal);
  let failure: Problem | null = null;
  const fail = (reason: Problem) => {
    failure ??= reason;
    channel.abort(reason);
  };
  const cancelled = () => fail(problem('cancelled'));
  const stopDeadline = request.clock.after(DEADLINE_MS, () => fail(problem('host-silent')));
  request.signal?.addEventListener('abort', cancelled, { once: true });
  try {
    return await present(channel, request, protocol);
  } catch (error) {
    channel.abort(error instanceof Error ? error : new Error(String(error)));
    throw failure ?? error;
  } finally {
    stopDeadline();
    request.signal?.removeEventListener('abort', cancelled);
  }
}

async function dialAny({ transport, clock, invite, signal }: MembershipRequest) {
  const abort = new AbortController();
  const stop = () => abort.abort();
  const stopDeadline = clock.after(DEADLINE_MS, stop);
  signal?.addEventListener('abort', stop, { once: true });
  let stopped = () => {};
  const over = new Promise<never>((_resolve, reject) => {
    stopped = () => reject(problem('dial-timeout'));
    abort.signal.addEventListener('abort', stopped, { once: true });
  });
  over.catch(() => {});
  try {
    const dials = invite.addresses.map(async (address) => ({
      peer: await transport.dial(address, abort.signal),
      address,
    }));
    return await Promise.race([Promise.any(dials), over]);
  } catch (error) {
    if (signal?.aborted) throw problem('cancelled', {}, { cause: error });
    const causes = error instanceof AggregateError ? error.errors : [error];
    throw problem(
      'host-unreachable',
      { community: invite.name, reason: problemOf(causes[0]).message },
      { cause: error },
    );
  } finally {
    stopDeadline();
    signal?.removeEventListener('abort', stop);
    abort.signal.removeEventListener('abort', stopped);
    abort.abort();
  }
}

async function present(
  channel: Channel,
  request: MembershipRequest,
  protocol: number | null,
): Promise<Welcome> {
  const { transport, invite, handle, signer, nodeName } = request;
  const body = {
    invite: invite.id,
    secret: invite.secret,
    handle,
    publicKey: signer.publicKey,
    nodeName: nodeName.slice(0, 60),
    ...(protocol !== null && { protocol }),
  };
  const signature = signer.sign(joinTranscript(invite.community, transport.self, channel.peer, body));
  await channel.send(encodeCanonical({ ...body, signature }));

  for await (const bytes of channel.receive()) {
    const answer = decodeMessage(Answer, bytes);
    if (answer[0] === 'refused') throw new Problem(answer[1], answer[2], answer[3]);
    const [, role, genesis] = answer;
    // [FJ3] The link names the community by the digest of its genesis.
    if (!equalBytes(sha256(genesis), invite.community)) {
      throw problem('wrong-genesis');
    }
    await channel.close();
    return { role, genesis };
  }
  throw problem('host-ended');
}
