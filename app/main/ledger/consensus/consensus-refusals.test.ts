import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { equalBytes, utf8 } from '../../kernel/bytes.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { memoryBls } from '../../platform/memory/bls.ts';
import { setOf } from '../state/accounts.ts';
import { encodeBlock, makeBlock, type Block, type HeaderFields } from '../types/block.ts';
import { encodeCertificate, makeCertificate } from '../types/certificate.ts';
import { makeValidatorSet, type ValidatorSet } from '../types/validators.ts';
import { encodeVote, motionMessage, type Motion, type Vote } from '../types/vote.ts';
import { encodeWire, LEDGER_PROTOCOL, type Wire } from './consensus-wire.ts';
import { leaderOf } from './simplex.ts';
import { START_MS, worldOf, type TestNode, type TestWorld } from './test-world.ts';

let world: TestWorld;

afterEach(() => world.stop());

describe('messages that break the rules are refused and change nothing', () => {
  let set: ValidatorSet;
  let victim: TestNode;

  beforeEach(async () => {
    world = await worldOf(4);
    set = setOf(world.nodes[0]!.chain.state);
    victim = world.nodes[0]!;
  });

  const personAt = (place: number) =>
    world.ledger.people.find(({ key }) => equalBytes(key, set.validators[place]!.key))!;

  function sign(place: number, motion: Motion, by: ValidatorSet = set): Vote {
    const message = motionMessage(world.ledger.origin.id, by, motion);
    return { ...motion, voter: place, signature: personAt(place).bls.sign(message) };
  }

  function blockOf(changes: Partial<HeaderFields> = {}, transactions: Uint8Array[] = []): Block {
    const { base } = victim.chain;
    const fields = {
      community: world.ledger.origin.id,
      epoch: 0,
      slot: 1,
      height: 1,
      parent: base.hash,
      time: world.time.now(),
      proposer: leaderOf(set, 1),
      stateRoot: base.stateRoot,
      anchor: null,
    };
    return makeBlock({ ...fields, ...changes }, transactions);
  }

  function proposal(block: Block, place = leaderOf(set, 1)): Wire {
    const { epoch, slot, hash } = block.header;
    const vote = sign(place, { kind: 'notarise', epoch, slot, block: hash });
    return ['proposal', encodeBlock(block), encodeVote(vote)];
  }

  const judge = async (message: Wire | Uint8Array) => {
    const data = message instanceof Uint8Array ? message : encodeWire(message);
    const judged = victim.consensus.judge(data, 'somebody');
    await world.time.pass(15);
    return (await judged)?.code ?? 'accepted';
  };
  const vote = (one: Vote): Wire => ['vote', encodeVote(one)];
  const motion = (changes: Partial<Motion> = {}): Motion => ({
    kind: 'nullify',
    epoch: 0,
    slot: 1,
    block: null,
    ...changes,
  });

  /** The votes of this node, as the console's signature strip shows them. */
  const voted = (kind: 'notarised' | 'finalised' = 'notarised') => {
    const { slots, me } = victim.consensus.view();
    return slots.some((slot) => slot[kind][me!]);
  };

  it('undecodable bytes [K13]', async () => {
    expect(await judge(Uint8Array.of(1, 2, 3))).toBe('malformed');
    expect(await judge(encodeWire(['ask', world.ledger.origin.id, 0]))).toBe('malformed');
  });

  it('a vote with a bad signature [K14]', async () => {
    const good = sign(1, motion());
    expect(await judge(vote({ ...good, voter: 2 }))).toBe('bad-signature');
    expect(await judge(vote({ ...good, slot: 2 }))).toBe('bad-signature');
    expect(await judge(vote(good))).toBe('accepted');
    expect(await judge(vote(good))).toBe('duplicate');
  });

  it('a vote by someone who is not a validator [K14]', async () => {
    expect(await judge(vote({ ...sign(1, motion()), voter: 4 }))).toBe('unknown-voter');
  });

  it('a vote by a set that is not in force [K14]', async () => {
    const stale = makeValidatorSet({ ...set, quorum: 4 });
    expect(await judge(vote(sign(1, motion(), stale)))).toBe('bad-signature');
    expect(await judge(vote(sign(1, motion({ epoch: 3 }))))).toBe('future-epoch');
  });

  it('a vote for a slot far ahead [K2]', async () => {
    expect(await judge(vote(sign(1, motion({ slot: 500 }))))).toBe('far-slot');
  });

  it('a certificate that is short, forged, doubled or of another set [K5]', async () => {
    const final = motion({ kind: 'finalise', block: sha256(utf8('x')) });
    const certificate = (voters: number[], by = set) =>
      makeCertificate(
        by,
        voters.map((place) => sign(place, final, by)),
        memoryBls,
      );
    const send = (one: ReturnType<typeof certificate>) => judge(['certificate', encodeCertificate(one)]);
    expect(await send(certificate([0, 1]))).toBe('short-certificate');
    expect(await send(certificate([0, 1, 1]))).toBe('short-certificate');
    expect(await send({ ...certificate([0, 1]), bitmap: Uint8Array.of(0b111) })).toBe('bad-signature');
    expect(await send({ ...certificate([0, 1, 2]), bitmap: Uint8Array.of(0b10111) })).toBe('bad-bitmap');
    const looser = { ...set, quorum: 2 };
    expect(await send(certificate([0, 1], looser))).toBe('wrong-set');
    expect(victim.consensus.view().slots.at(-1)!.slot).toBe(1);
  });

  it('a block by a validator that is not the leader [K1]', async () => {
    const other = (leaderOf(set, 1) + 1) % 4;
    expect(await judge(proposal(blockOf({ proposer: other }), other))).toBe('wrong-leader');
    expect(await judge(proposal(blockOf(), other))).toBe('wrong-leader');
  });

  it('a block of another community or epoch [K13]', async () => {
    expect(await judge(proposal(blockOf({ community: sha256(utf8('elsewhere')) })))).toBe('wrong-community');
    const foreign = blockOf({ epoch: 1 });
    const own = sign(leaderOf(set, 1), {
      kind: 'notarise',
      epoch: 0,
      slot: 1,
      block: foreign.header.hash,
    });
    expect(await judge(['proposal', encodeBlock(foreign), encodeVote(own)])).toBe('wrong-epoch');
  });

  it('a block that is too large [K13] [LB6]', async () => {
    const limit = victim.chain.limits.bytes;
    const large = blockOf({}, [new Uint8Array(limit / 2), new Uint8Array(limit / 2 + 1)]);
    expect(await judge(proposal(large))).toBe('block-too-large');
  });

  it('a third block by one leader in one slot; two are enough evidence [K7] [K13]', async () => {
    expect(await judge(proposal(blockOf({ time: world.time.now() + 1 })))).toBe('accepted');
    expect(await judge(proposal(blockOf({ time: world.time.now() + 2 })))).toBe('accepted');
    expect(await judge(proposal(blockOf({ time: world.time.now() + 3 })))).toBe('too-many-proposals');
    expect(victim.accused.length).toBe(1);
    expect(victim.accused[0]!.first.voter).toBe(leaderOf(set, 1));
  });

  it.each<[string, Partial<HeaderFields>]>([
    ['does not build on the last final block', { parent: sha256(utf8('nowhere')) }],
    ['has another height', { height: 2 }],
    ['is not later than its parent', { time: START_MS - 86_400_000 }],
    ['has another state root', { stateRoot: sha256(utf8('riches')) }],
    ['is an hour ahead', { time: START_MS + 3_600_000 }],
  ])('no vote for a block that %s [K4] [LB4]', async (_, changes) => {
    await judge(proposal(blockOf(changes)));
    await world.time.pass(500);
    expect(voted()).toBe(false);
    expect(victim.chain.base.height).toBe(0);
  });

  it('a block that is slightly ahead of time is voted for when its time comes [K4]', async () => {
    await judge(proposal(blockOf({ time: world.time.now() + 5100 })));
    await world.time.pass(50);
    expect(voted()).toBe(false);
    await world.time.pass(100);
    expect(voted()).toBe(true);
  });

  it('no vote for a block with a transaction that cannot be executed [K4]', async () => {
    const early = world.ledger.sign(
      world.ledger.founder,
      'role.grant',
      { member: world.ledger.person('x').key, role: 'member' },
      { nonce: 7 },
    );
    await judge(proposal(blockOf({}, [early.sealed])));
    await world.time.pass(500);
    expect(voted()).toBe(false);
  });

  it('blocks that a peer calls final, without a certificate on the last of them [K11]', async () => {
    const block = blockOf();
    const { hash } = block.header;
    const short = makeCertificate(
      set,
      [0, 1].map((place) => sign(place, { kind: 'finalise', epoch: 0, slot: 1, block: hash })),
      memoryBls,
    );
    const other = makeCertificate(
      set,
      [0, 1, 2].map((place) =>
        sign(place, { kind: 'finalise', epoch: 0, slot: 1, block: sha256(utf8('x')) }),
      ),
      memoryBls,
    );
    for (const [index, certificate] of [short, other].entries()) {
      const liar = world.network.transport(`liar ${index}`);
      await liar.start();
      let asked = 0;
      liar.handle(LEDGER_PROTOCOL, async (channel) => {
        asked++;
        await channel.send(encodeWire(['standing', 0, 1, 2, null]));
        await channel.send(encodeWire(['block', encodeBlock(block)]));
        await channel.send(encodeWire(['final', [], encodeCertificate(certificate)]));
        await channel.send(encodeWire(['end', false]));
        await channel.close();
      });
      void liar.dial(`/memory/${victim.name}`);
      await world.time.pass(5000);
      expect(asked).toBe(1);
      expect(victim.chain.base.height).toBe(0);
    }
    await world.order(world.grant('odin', 0));
    await world.time.pass(5000);
    expect(world.holds(victim, 'odin')).toBe(true);
  });

  it('a node halts, and says so, when a quorum finalises a block that is invalid on it [K9] [E7]', async () => {
    const block = blockOf({ stateRoot: sha256(utf8('riches')) });
    const { hash } = block.header;
    const motionOf = { kind: 'finalise' as const, epoch: 0, slot: 1, block: hash };
    const certificate = makeCertificate(
      set,
      [0, 1, 2].map((place) => sign(place, motionOf)),
      memoryBls,
    );
    const peer = world.network.transport('most of them');
    await peer.start();
    peer.handle(LEDGER_PROTOCOL, async (channel) => {
      await channel.send(encodeWire(['standing', 0, 1, 2, null]));
      await channel.send(encodeWire(['block', encodeBlock(block)]));
      await channel.send(encodeWire(['final', [], encodeCertificate(certificate)]));
      await channel.close();
    });
    void peer.dial(`/memory/${victim.name}`);
    await world.time.pass(1000);
    expect(victim.consensus.view().halted).toBe('diverged');
    expect(victim.chain.halt?.code).toBe('wrong-state-root');
    expect(await judge(vote(sign(1, motion())))).toBe('diverged');
  });
});
