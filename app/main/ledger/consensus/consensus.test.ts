import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { equalBytes, toHex, utf8 } from '../../kernel/bytes.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { MachineClock, VirtualClock } from '../../platform/memory/clock.ts';
import { createMemoryNetwork, type MemoryNetwork } from '../../platform/memory/network.ts';
import { memoryBls } from '../../platform/memory/bls.ts';
import { MemoryLogFile } from '../../platform/memory/log-file.ts';
import { accountOf, setOf } from '../state/accounts.ts';
import { encodeBlock, makeBlock, type Block, type HeaderFields } from '../types/block.ts';
import { encodeCertificate, makeCertificate } from '../types/certificate.ts';
import type { Chain } from '../chain/chain.ts';
import { encodeWire, LEDGER_PROTOCOL, type Wire } from './consensus-wire.ts';
import { createConsensus, type Consensus } from './consensus.ts';
import type { Evidence } from '../types/equivocation.ts';
import { leaderOf } from './simplex.ts';
import { TestLedger, type Person } from '../test-ledger.ts';
import { makeValidatorSet, type ValidatorSet } from '../types/validators.ts';
import { VoteLog } from './vote-log.ts';
import { encodeVote, motionMessage, type Motion, type Vote } from '../types/vote.ts';
import type { SignState } from './sign-state.ts';

interface Joining {
  /** Whether the node holds its validator's key. */
  readonly signs?: boolean;
  /** The sign state beside its vote log. */
  readonly signState?: SignState | null;
  /** The slot through which its vote log has forgotten its votes. */
  readonly forgotten?: number;
}

interface Node {
  readonly name: string;
  readonly chain: Chain;
  readonly consensus: Consensus;
  readonly clock: MachineClock;
  readonly accused: Evidence[];
}

const START_MS = Date.UTC(2030, 0, 1);
let time: VirtualClock;
let network: MemoryNetwork;
let ledger: TestLedger;
let nodes: Node[];

/** A node with a real chain. */
async function join(person: Person, options: Joining = {}): Promise<Node> {
  const { signs = true, forgotten = 0 } = options;
  const clock = new MachineClock(time);
  const accused: Evidence[] = [];
  const chain = ledger.replica({ clock, accuse: (evidence) => accused.push(evidence) });
  const votes = new VoteLog([new MemoryLogFile(), new MemoryLogFile()]);
  await votes.begin(person.bls.publicKey);
  if (forgotten > 0) await votes.settle(0, forgotten);
  let signState: SignState | null =
    options.signState === undefined ? { votes: 0, slot: 0 } : options.signState;
  const transport = network.transport(person.name);
  const consensus = createConsensus({
    community: ledger.origin.id,
    signer: signs ? person.bls : null,
    bls: memoryBls,
    times: { baseMs: 1000, capMs: 8000, aheadMs: 5000, paceMs: 40 },
    application: chain,
    votes,
    signState: {
      read: async () => signState,
      write: async (next) => {
        signState = next;
      },
    },
    transport,
    clock,
    logger: silentLogger,
  });
  chain.onFinal(() => consensus.work(chain.mempool.size > 0));
  await transport.start();
  const node = { name: person.name, chain, consensus, clock, accused };
  for (const other of nodes) await dial(node, other);
  nodes.push(node);
  await consensus.start();
  return node;
}

async function dial(from: Node, to: Node): Promise<void> {
  const dialled = network.transport(from.name).dial(`/memory/${to.name}`);
  await time.pass(10);
  await dialled;
}

async function found(validators: number, options: Joining = {}): Promise<void> {
  time = new VirtualClock(START_MS);
  network = createMemoryNetwork({ clock: time });
  network.shape({ delayMs: 2 });
  ledger = new TestLedger({ validators });
  nodes = [];
  for (const person of ledger.people) await join(person, options);
  await time.pass(100);
}

/** Submits a signed transaction to some nodes, as gossip would. */
async function order(sealed: Uint8Array, to: readonly Node[] = nodes): Promise<void> {
  for (const { chain, consensus } of to) {
    const [verdict] = await chain.submit([sealed]);
    if (verdict!.verdict === 'accept') consensus.work(true);
  }
}

const grant = (name: string, nonce: number) =>
  ledger.sign(ledger.founder, 'role.grant', { member: ledger.person(name).key, role: 'member' }, { nonce })
    .sealed;
const holds = ({ chain }: Node, name: string) => accountOf(chain.state, ledger.person(name).key) !== null;
const heights = () => nodes.map(({ chain }) => chain.base.height);

afterEach(async () => {
  for (const { consensus } of nodes) await consensus.stop();
});

describe('validators', () => {
  it.each([1, 2, 4, 7])(
    'of %i make a transaction final on every node, and then become quiet [K9] [K8]',
    async (count) => {
      await found(count);
      await order(grant('odin', 0));
      await time.pass(200);
      expect(nodes.every((node) => holds(node, 'odin'))).toBe(true);
      await time.pass(60_000);
      expect(new Set(heights())).toEqual(new Set([1]));
      expect(new Set(nodes.map(({ chain }) => toHex(chain.base.stateRoot))).size).toBe(1);
      expect(nodes.every(({ consensus }) => !consensus.view().active)).toBe(true);
    },
  );

  it('continue when one of four is gone, through its slots as well [K8]', async () => {
    await found(4);
    const [gone, ...rest] = nodes as [Node, ...Node[]];
    network.crash(gone.name);
    await gone.consensus.stop();
    for (let nonce = 0; nonce < 6; nonce++) {
      await order(grant(`member ${nonce}`, nonce), rest);
      await time.pass(10_000);
    }
    expect(rest.every((node) => holds(node, 'member 5'))).toBe(true);
  });

  it('stop when two of four are gone, and say how many are missing [K5]', async () => {
    await found(4);
    await order(grant('odin', 0));
    await time.pass(200);
    for (const node of nodes.slice(2)) {
      network.crash(node.name);
      await node.consensus.stop();
    }
    const rest = nodes.slice(0, 2);
    await order(grant('freya', 1), rest);
    await time.pass(120_000);
    expect(rest.map(({ chain }) => chain.base.height)).toEqual([1, 1]);
    const { slots, quorum } = rest[0]!.consensus.view();
    expect(slots.some(({ nullified }) => nullified.filter(Boolean).length === quorum - 1)).toBe(true);
  });

  it('show who signed, and how many may fail [K5]', async () => {
    await found(4);
    for (let nonce = 0; nonce < 8; nonce++) {
      await order(grant(`member ${nonce}`, nonce));
      await time.pass(200);
    }
    const view = nodes[0]!.consensus.view();
    expect(view).toMatchObject({ epoch: 0, height: 8, quorum: 3, margin: 1, halted: null });
    for (const validator of view.validators) {
      expect(validator.missed).toBe(0);
      expect(validator.signed).toBeGreaterThan(0);
      expect(validator.latencyMs).toBeLessThan(50);
    }
  });

  it('show each signature of the block in progress as it arrives [K5]', async () => {
    await found(4);
    const seen = new Set<string>();
    nodes[0]!.consensus.onChange(() => {
      for (const { slot, notarised } of nodes[0]!.consensus.view().slots) {
        if (slot === 1) seen.add(notarised.filter(Boolean).length.toString());
      }
    });
    await order(grant('odin', 0));
    await time.pass(200);
    expect([...seen]).toEqual(expect.arrayContaining(['0', '1', '2', '3']));
  });

  it('put transactions that arrive within hundredths of a second into one block [K3]', async () => {
    await found(4);
    for (const nonce of [0, 1, 2, 3]) {
      await order(grant(`member ${nonce}`, nonce));
      await time.pass(8);
    }
    await time.pass(200);
    const { store } = nodes[0]!.chain;
    const [first, second] = [store.header(1)!, store.header(2)!];
    expect([first.count, second.count]).toEqual([1, 3]);
    expect(second.time - first.time).toBeGreaterThanOrEqual(40);
  });

  it('hear each other through others where two are not connected, without requests [K13]', async () => {
    await found(4);
    const [first, second] = nodes as [Node, Node];
    await network.transport(first.name).disconnect(second.name);
    await order(grant('odin', 0));
    await time.pass(300);
    expect(nodes.every((node) => holds(node, 'odin'))).toBe(true);
  });

  it('hand over to the set that a final block names [K12]', async () => {
    await found(4);
    const odin = ledger.person('odin');
    await order(grant('odin', 0));
    await time.pass(200);
    const joined = await join(odin);
    await time.pass(500);
    expect(joined.consensus.view().me).toBeNull();
    const body = ledger.change([...ledger.people, odin]);
    await order(ledger.sign(ledger.founder, 'validators.change', body, { nonce: 1 }).sealed);
    await time.pass(500);
    expect(nodes.map(({ consensus }) => consensus.view().epoch)).toEqual([1, 1, 1, 1, 1]);
    expect(joined.consensus.view().me).not.toBeNull();
    await order(grant('freya', 2));
    await time.pass(20_000);
    expect(nodes.every((node) => holds(node, 'freya'))).toBe(true);
    expect(joined.consensus.view().validators.length).toBe(5);
  });

  it('accept a validator back that missed blocks and a change of the set [K11]', async () => {
    await found(4);
    const [late, ...awake] = nodes as [Node, ...Node[]];
    network.partition([[late.name], awake.map(({ name }) => name)]);
    for (let nonce = 0; nonce < 3; nonce++) {
      await order(grant(`member ${nonce}`, nonce), awake);
      await time.pass(20_000);
    }
    const body = ledger.change(ledger.people.slice(0, 3));
    await order(ledger.sign(ledger.founder, 'validators.change', body, { nonce: 3 }).sealed, awake);
    await time.pass(20_000);
    expect(late.chain.base.height).toBe(0);
    network.heal();
    for (const other of awake) await dial(late, other);
    await time.pass(2000);
    expect(heights()).toEqual([4, 4, 4, 4]);
    expect(late.consensus.view().epoch).toBe(1);
  });

  it('are followed by a node that signs nothing [K11]', async () => {
    await found(3);
    await order(grant('odin', 0));
    await time.pass(200);
    const follower = await join(ledger.person('odin'), { signs: false });
    await time.pass(1000);
    expect(holds(follower, 'odin')).toBe(true);
    await order(grant('freya', 1));
    await time.pass(500);
    expect(holds(follower, 'freya')).toBe(true);
  });
});

describe('a validator that may have forgotten its votes', () => {
  it('learns from the others how far they are, and is silent that far [K10]', async () => {
    await found(4);
    await order(grant('odin', 0));
    await time.pass(200);
    const [lost, ...rest] = nodes as [Node, ...Node[]];
    network.crash(lost.name);
    await lost.consensus.stop();
    nodes = rest;
    const back = await join(
      ledger.people.find(({ name }) => name === lost.name)!,
      { signState: null },
    );
    expect(back.consensus.view().silentThrough).toBe(Infinity);
    await time.pass(1000);
    expect(back.consensus.view().silentThrough).toBe(3);
    for (let nonce = 1; nonce < 4; nonce++) {
      await order(grant(`member ${nonce}`, nonce));
      await time.pass(20_000);
    }
    expect(heights()).toEqual([4, 4, 4, 4]);
    expect(back.consensus.view().silentThrough).toBeNull();
  });

  it.each<[string, Joining]>([
    ['whose log is older than its sign state', { signState: { votes: 9, slot: 6 } }],
    ['whose chain lost blocks that its log considered final', { forgotten: 6 }],
    ['that lost its sign state', { signState: null }],
  ])('alone, %s, is silent until a person vouches for it [K10]', async (_, options) => {
    await found(1, options);
    await order(grant('odin', 0));
    await time.pass(60_000);
    expect(heights()).toEqual([0]);
    expect(nodes[0]!.consensus.view().silentThrough).toBe(
      'signState' in options && !options.signState ? Infinity : 6,
    );
    nodes[0]!.consensus.breakSilence();
    await time.pass(100);
    expect(heights()).toEqual([1]);
  });
});

describe('messages that break the rules are refused and change nothing', () => {
  let set: ValidatorSet;
  let victim: Node;

  beforeEach(async () => {
    await found(4);
    set = setOf(nodes[0]!.chain.state);
    victim = nodes[0]!;
  });

  const personAt = (place: number) =>
    ledger.people.find(({ key }) => equalBytes(key, set.validators[place]!.key))!;

  function sign(place: number, motion: Motion, by: ValidatorSet = set): Vote {
    const message = motionMessage(ledger.origin.id, by, motion);
    return { ...motion, voter: place, signature: personAt(place).bls.sign(message) };
  }

  function blockOf(changes: Partial<HeaderFields> = {}, transactions: Uint8Array[] = []): Block {
    const { base } = victim.chain;
    const fields = {
      community: ledger.origin.id,
      epoch: 0,
      slot: 1,
      height: 1,
      parent: base.hash,
      time: time.now(),
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
    await time.pass(15);
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
    expect(await judge(encodeWire(['ask', ledger.origin.id, 0]))).toBe('malformed');
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
    expect(await judge(proposal(blockOf({ time: time.now() + 1 })))).toBe('accepted');
    expect(await judge(proposal(blockOf({ time: time.now() + 2 })))).toBe('accepted');
    expect(await judge(proposal(blockOf({ time: time.now() + 3 })))).toBe('too-many-proposals');
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
    await time.pass(500);
    expect(voted()).toBe(false);
    expect(victim.chain.base.height).toBe(0);
  });

  it('a block that is slightly ahead of time is voted for when its time comes [K4]', async () => {
    await judge(proposal(blockOf({ time: time.now() + 5100 })));
    await time.pass(50);
    expect(voted()).toBe(false);
    await time.pass(100);
    expect(voted()).toBe(true);
  });

  it('no vote for a block with a transaction that cannot be executed [K4]', async () => {
    const early = ledger.sign(
      ledger.founder,
      'role.grant',
      { member: ledger.person('x').key, role: 'member' },
      { nonce: 7 },
    );
    await judge(proposal(blockOf({}, [early.sealed])));
    await time.pass(500);
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
      const liar = network.transport(`liar ${index}`);
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
      await time.pass(5000);
      expect(asked).toBe(1);
      expect(victim.chain.base.height).toBe(0);
    }
    await order(grant('odin', 0));
    await time.pass(5000);
    expect(holds(victim, 'odin')).toBe(true);
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
    const peer = network.transport('most of them');
    await peer.start();
    peer.handle(LEDGER_PROTOCOL, async (channel) => {
      await channel.send(encodeWire(['standing', 0, 1, 2, null]));
      await channel.send(encodeWire(['block', encodeBlock(block)]));
      await channel.send(encodeWire(['final', [], encodeCertificate(certificate)]));
      await channel.close();
    });
    void peer.dial(`/memory/${victim.name}`);
    await time.pass(1000);
    expect(victim.consensus.view().halted).toBe('diverged');
    expect(victim.chain.halt?.code).toBe('wrong-state-root');
    expect(await judge(vote(sign(1, motion())))).toBe('diverged');
  });
});
