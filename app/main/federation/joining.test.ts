import { describe, expect, test } from 'vitest';
import { decodeCanonical, encodeCanonical } from '../kernel/canonical.ts';
import { problemOf } from '../kernel/errors.ts';
import { sha256 } from '../kernel/sha256.ts';
import type { Signer } from '../kernel/signer.ts';
import type { Transport } from '../log/transport.ts';
import { createTestWorld, FOUNDER, personOf, type TestWorld } from '../sim/test-world.ts';
import { encodeInvite, parseInvite, requestMembership, type Federation, type InviteLink } from './index.ts';
import { checkInviteTime } from './invite.ts';
import { JOIN_PROTOCOL, joinTranscript } from './join-wire.ts';
import { federated } from './test-federation.ts';

const WISH = { role: 'member', hours: 72, uses: 1, reach: 'internet' } as const;
const linkOf = (federation: Federation, uses = 1) => parseInvite(federation.invite({ ...WISH, uses }).link);

/** Asks for membership over a transport that has started. */
const ask = (
  { clock }: TestWorld,
  transport: Transport,
  invite: InviteLink,
  handle: string,
  more: { signer?: Signer; protocol?: number; nodeName?: string; signal?: AbortSignal } = {},
) =>
  requestMembership({
    transport,
    clock,
    invite,
    handle,
    signer: personOf(handle),
    nodeName: '',
    protocol: 2,
    ...more,
  });

/** Uses an invite; resolves to the role, or to the code of the refusal. */
async function join(
  world: TestWorld,
  invite: InviteLink,
  name: string,
  signer = personOf(name),
  peer = `new-${name}`,
) {
  const transport = world.network.transport(peer);
  await transport.start();
  const asked = ask(world, transport, invite, name, { signer, nodeName: name }).then(
    (membership) => membership.role as string,
    (error: unknown) => problemOf(error).code,
  );
  await world.clock.pass(25_000);
  return asked;
}

const exampleInvite: InviteLink = {
  community: new Uint8Array(32).fill(1),
  name: 'The Lighthouse',
  addresses: ['/ip4/192.0.2.7/tcp/4001/p2p/12D3KooW'],
  id: new Uint8Array(16).fill(2),
  secret: new Uint8Array(32).fill(3),
  expiresAt: 1_800_000_000_000,
};

describe('invite links', () => {
  const invite = exampleInvite;

  test('[FJ1] a link is read as it was written, even with space around it or a slash at its end', () => {
    const link = encodeInvite(invite);
    expect(link).toMatch(/^impulse:\/\/join\/[\w-]+$/);
    expect(parseInvite(link)).toEqual(invite);
    expect(parseInvite(`  ${link}/\n`)).toEqual(invite);
  });

  test('[FJ1] a link that is truncated, changed, of another kind or too long is broken', () => {
    const link = encodeInvite(invite);
    const wrong = [
      link.slice(0, -3),
      link.replace('join', 'call'),
      '',
      'https://example.org',
      `${link}!`,
      link + 'A'.repeat(5000),
    ];
    for (const text of wrong)
      expect(() => parseInvite(text)).toThrowError(expect.objectContaining({ code: 'invite-broken' }));
  });
});

describe('joining', () => {
  test('[FJ3] a newcomer gets the genesis, then all events', async () => {
    const world = createTestWorld();
    const host = await federated(world, FOUNDER);
    host.write('welcome');
    const transport = world.network.transport('ada');
    await transport.start();
    const asked = ask(world, transport, linkOf(host.federation), 'ada', { nodeName: 'ada' });
    await world.clock.pass(1000);
    const { genesis, peer, role } = await asked;
    expect([genesis, peer, role]).toEqual([world.genesis, FOUNDER, 'member']);

    const ada = await federated(world, 'ada');
    ada.federation.syncNow();
    await world.clock.pass(5000);
    expect(ada.texts).toEqual(['welcome']);
    expect(host.federation.view().peers).toMatchObject([
      { peerId: 'ada', handle: 'ada', name: 'ada’s node' },
    ]);
    expect(host.federation.invites()).toMatchObject([{ usesLeft: 0, usedBy: ['ada'] }]);
  });

  test('[FJ2] a request is worth nothing on another connection or when any field is changed', async () => {
    const world = createTestWorld();
    const host = await federated(world, FOUNDER);
    const invite = linkOf(host.federation);
    const ada = personOf('ada');
    const body = {
      invite: invite.id,
      secret: invite.secret,
      handle: 'ada',
      publicKey: ada.publicKey,
      nodeName: 'ada’s node',
    };
    const signature = ada.sign(joinTranscript(invite.community, 'ada', FOUNDER, body));
    /** Presents a request from a peer; resolves to the answer’s first two fields. */
    const present = async (peer: string, request: object) => {
      const transport = world.network.transport(peer);
      await transport.start();
      const channel = await transport.open(await transport.dial(invite.addresses[0]!), JOIN_PROTOCOL);
      await channel.send(encodeCanonical(request));
      for await (const bytes of channel.receive()) return (decodeCanonical(bytes) as unknown[]).slice(0, 2);
      return null;
    };
    const answer = async (peer: string, request: object) => {
      const asked = present(peer, request);
      await world.clock.pass(1000);
      return asked;
    };
    expect(await answer('eavesdropper', { ...body, signature })).toEqual(['refused', 'bad-signature']);
    expect(await answer('ada', { ...body, handle: 'eve', signature })).toEqual(['refused', 'bad-signature']);
    expect((await answer('ada', { ...body, signature }))![0]).toBe('welcome');
  });

  test('[FJ6] a newcomer whose release is too old for the ledger is told so, and not admitted', async () => {
    const world = createTestWorld();
    const host = await federated(world, FOUNDER, 2);
    const invite = linkOf(host.federation);
    const transport = world.network.transport('ada');
    await transport.start();
    const failure = async (work: Promise<unknown>) => {
      const failed = work.then(() => null, problemOf);
      await world.clock.pass(1000);
      return failed;
    };
    const old = { invite: invite.id, secret: invite.secret, handle: 'ada', nodeName: '' };
    const body = { ...old, publicKey: personOf('ada').publicKey };
    const signature = personOf('ada').sign(joinTranscript(invite.community, 'ada', FOUNDER, body));
    /** The request of a release that knows version 1 alone, which shows the host's sentence. */
    const present = async () => {
      const channel = await transport.open(await transport.dial(invite.addresses[0]!), JOIN_PROTOCOL);
      await channel.send(encodeCanonical({ ...body, signature }));
      for await (const bytes of channel.receive()) return decodeCanonical(bytes);
      return null;
    };
    const presented = present();
    await world.clock.pass(1000);
    expect(await presented).toEqual([
      'refused',
      'ledger-outdated',
      'The ledger continues by a version of the protocol that this release does not know.',
      'Install the release that the validators run.',
    ]);
    expect(host.roster.knows(personOf('ada').publicKey)).toBe(false);
    expect(await failure(ask(world, transport, invite, 'ada'))).toBeNull();
  });

  test('[FJ6] a host of an earlier release admits a newcomer without marks, and the newcomer knows why not with them', async () => {
    const world = createTestWorld();
    const transport = world.network.transport('ada');
    const host = world.network.transport('old');
    for (const one of [transport, host]) await one.start();
    const asked: string[][] = [];
    const genesis = encodeCanonical({ old: true });
    host.handle(JOIN_PROTOCOL, async (channel) => {
      const { value } = await channel.receive().next();
      const request = decodeCanonical(value!) as object;
      asked.push(Object.keys(request).toSorted());
      const answer =
        'protocol' in request
          ? ['refused', 'malformed', 'The other node sent a message that this node cannot read.', null]
          : ['welcome', 'member', genesis];
      await channel.send(encodeCanonical(answer));
    });
    const invite = {
      ...exampleInvite,
      community: sha256(genesis),
      addresses: host.addresses(),
      expiresAt: 2e12,
    };
    const outcome = async (handle: string) => {
      const work = ask(world, transport, invite, handle).then(
        ({ role }) => role as string,
        (error: unknown) => problemOf(error).code,
      );
      await world.clock.pass(1000);
      return work;
    };
    expect(await outcome('ada')).toBe('member');
    const fields = ['handle', 'invite', 'nodeName', 'publicKey', 'secret', 'signature'];
    expect(asked).toEqual([[...fields, 'protocol'].toSorted(), fields]);
    expect(await outcome('मीरा')).toBe('bad-handle');
  });

  test('[FJ4] an invite misused is refused by name, and stays good for whom it was meant', async () => {
    const world = createTestWorld();
    const host = await federated(world, FOUNDER);
    const invite = linkOf(host.federation);
    expect(await join(world, { ...invite, id: new Uint8Array(16) }, 'eve')).toBe('invite-unknown');
    expect(await join(world, { ...invite, secret: new Uint8Array(32) }, 'eve')).toBe('bad-secret');
    expect(await join(world, invite, FOUNDER, personOf('eve'))).toBe('handle-taken');
    expect(await join(world, invite, 'x', personOf('eve'))).toBe('malformed');
    expect(await join(world, { ...invite, community: new Uint8Array(32) }, 'eve', undefined, 'eve-2')).toBe(
      'bad-signature',
    );
    expect(await join(world, invite, 'ada')).toBe('member');
    expect(await join(world, invite, 'bob')).toBe('invite-used');
    expect(await join(world, invite, 'ada')).toBe('member');
  });

  test('[FJ1] an expired invite is refused by both ends', async () => {
    const world = createTestWorld();
    const host = await federated(world, FOUNDER);
    const invite = linkOf(host.federation);
    await world.clock.pass(73 * 3_600_000);
    expect(await join(world, invite, 'ada')).toBe('invite-expired');
    expect(await join(world, { ...invite, expiresAt: invite.expiresAt + 1e9 }, 'ada')).toBe('invite-expired');
  });

  test('[FJ1] an invite is valid to its last minute, and not a moment longer at either end', async () => {
    const world = createTestWorld();
    const host = await federated(world, FOUNDER);
    const invite = linkOf(host.federation, 3);
    await world.clock.pass(invite.expiresAt - world.clock.now() - 60_000);
    expect(await join(world, invite, 'ada')).toBe('member');
    await world.clock.pass(Math.max(0, invite.expiresAt - world.clock.now()));
    expect(world.clock.now() - invite.expiresAt).toBeLessThan(60_000);
    expect(await join(world, invite, 'bob')).toBe('invite-expired');
    // Somebody who changes the link meets the host's own clock.
    expect(await join(world, { ...invite, expiresAt: invite.expiresAt + 1e9 }, 'bob')).toBe('invite-expired');
    expect(() => checkInviteTime(invite, invite.expiresAt - 1)).not.toThrow();
    expect(() => checkInviteTime(invite, invite.expiresAt)).toThrowError(
      expect.objectContaining({ code: 'invite-expired' }),
    );
  });

  test('[FJ4] a revoked invite admits nobody; an invite for two admits two', async () => {
    const world = createTestWorld();
    const host = await federated(world, FOUNDER);
    const { invite, link } = host.federation.invite(WISH);
    host.federation.revokeInvite(invite.id);
    expect(await join(world, parseInvite(link), 'ada')).toBe('invite-used');
    const forTwo = linkOf(host.federation, 2);
    expect(await join(world, forTwo, 'ada')).toBe('member');
    expect(await join(world, forTwo, 'bob')).toBe('member');
    expect(await join(world, forTwo, 'cy')).toBe('invite-used');
    expect(() => host.federation.revokeInvite('00')).toThrowError(
      expect.objectContaining({ code: 'invite-unknown' }),
    );
  });

  test('[FJ5] guessing is slow: the sixth attempt in a minute is refused', async () => {
    const world = createTestWorld();
    const host = await federated(world, FOUNDER);
    const invite = { ...linkOf(host.federation), secret: new Uint8Array(32) };
    const transport = world.network.transport('eve');
    await transport.start();
    const codes: string[] = [];
    for (let count = 0; count < 6; count++) {
      const asked = ask(world, transport, invite, 'eve');
      asked.catch((error: unknown) => codes.push(problemOf(error).code));
      await world.clock.pass(100);
    }
    expect(codes).toEqual([...Array.from({ length: 5 }, () => 'bad-secret'), 'too-many-tries']);
  });

  test('[FJ5] hundreds of attempts without a secret, from as many peers, keep no newcomer out', async () => {
    const world = createTestWorld();
    const host = await federated(world, FOUNDER);
    const invite = linkOf(host.federation);
    const codes = new Map<string, number>();
    for (let count = 0; count < 300; count++) {
      const transport = world.network.transport(`eve-${count}`);
      await transport.start();
      const asked = ask(world, transport, { ...invite, secret: new Uint8Array(32) }, 'eve');
      asked.catch((error: unknown) => {
        const { code } = problemOf(error);
        codes.set(code, (codes.get(code) ?? 0) + 1);
      });
      await world.clock.pass(10);
    }
    expect(await join(world, invite, 'ada')).toBe('member');
    expect([...codes]).toEqual([['bad-secret', 300]]);
  });

  test('[FJ5] one invite admits no more than sixty attempts per minute', async () => {
    const world = createTestWorld();
    const host = await federated(world, FOUNDER);
    const invite = linkOf(host.federation);
    const codes: string[] = [];
    for (let count = 0; count < 61; count++) {
      const transport = world.network.transport(`new-${count}`);
      await transport.start();
      const asked = ask(world, transport, invite, 'ada');
      void asked.then(
        ({ role }) => codes.push(role),
        (error: unknown) => codes.push(problemOf(error).code),
      );
      await world.clock.pass(10);
    }
    expect(codes).toEqual([...Array.from({ length: 60 }, () => 'member'), 'too-many-tries']);
  });

  test('[FJ3] an unreachable host is reported; one address that answers is enough', async () => {
    const world = createTestWorld();
    const host = await federated(world, FOUNDER);
    const invite = linkOf(host.federation);
    expect(await join(world, { ...invite, addresses: ['/memory/nobody', '/memory/nowhere'] }, 'ada')).toBe(
      'host-unreachable',
    );
    expect(await join(world, { ...invite, addresses: ['/memory/nobody', `/memory/${FOUNDER}`] }, 'ada')).toBe(
      'member',
    );
  });

  test('[FJ3] a silent host times out after ten seconds, and cancelling ends the wait at once', async () => {
    const world = createTestWorld();
    const host = await federated(world, FOUNDER);
    const invite = linkOf(host.federation);
    host.transport.handle('/impulse/join/1', () => new Promise(() => {}));
    expect(await join(world, invite, 'ada')).toBe('host-silent');
    const abort = new AbortController();
    const transport = world.network.transport('bob');
    await transport.start();
    const asked = ask(world, transport, invite, 'bob', { signal: abort.signal }).catch(
      (error: unknown) => problemOf(error).code,
    );
    await world.clock.pass(1000);
    abort.abort();
    expect(await asked).toBe('cancelled');
  });

  test('a member without the right to admit cannot invite', async () => {
    const world = createTestWorld();
    const host = await federated(world, FOUNDER);
    host.admit('ada');
    const ada = await federated(world, 'ada');
    expect(() => ada.federation.invite(WISH)).toThrowError(expect.objectContaining({ code: 'out-of-role' }));
  });
});
