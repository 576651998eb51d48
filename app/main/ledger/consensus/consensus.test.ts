import { afterEach, describe, expect, it } from 'vitest';
import { toHex } from '../../kernel/bytes.ts';
import { LEDGER_PROTOCOL } from './consensus-wire.ts';
import { worldOf, type Joining, type TestNode, type TestWorld } from './test-world.ts';

let world: TestWorld;

afterEach(() => world.stop());

describe('validators', () => {
  it.each([1, 2, 4, 7])(
    'of %i make a transaction final on every node, and then become quiet [K9] [K8]',
    async (count) => {
      world = await worldOf(count);
      await world.order(world.grant('odin', 0));
      await world.time.pass(200);
      expect(world.nodes.every((node) => world.holds(node, 'odin'))).toBe(true);
      await world.time.pass(60_000);
      expect(new Set(world.heights())).toEqual(new Set([1]));
      expect(new Set(world.nodes.map(({ chain }) => toHex(chain.base.stateRoot))).size).toBe(1);
      expect(world.nodes.every(({ consensus }) => !consensus.view().active)).toBe(true);
    },
  );

  it('continue when one of four is gone, through its slots as well [K8]', async () => {
    world = await worldOf(4);
    const [gone, ...rest] = world.nodes as [TestNode, ...TestNode[]];
    world.network.crash(gone.name);
    await gone.consensus.stop();
    for (let nonce = 0; nonce < 6; nonce++) {
      await world.order(world.grant(`member ${nonce}`, nonce), rest);
      await world.time.pass(10_000);
    }
    expect(rest.every((node) => world.holds(node, 'member 5'))).toBe(true);
  });

  it('stop when two of four are gone, and say how many are missing [K5]', async () => {
    world = await worldOf(4);
    await world.order(world.grant('odin', 0));
    await world.time.pass(200);
    for (const node of world.nodes.slice(2)) {
      world.network.crash(node.name);
      await node.consensus.stop();
    }
    const rest = world.nodes.slice(0, 2);
    await world.order(world.grant('freya', 1), rest);
    await world.time.pass(120_000);
    expect(rest.map(({ chain }) => chain.base.height)).toEqual([1, 1]);
    const { slots, quorum } = rest[0]!.consensus.view();
    expect(slots.some(({ nullified }) => nullified.filter(Boolean).length === quorum - 1)).toBe(true);
  });

  it('show who signed, and how many may fail [K5]', async () => {
    world = await worldOf(4);
    for (let nonce = 0; nonce < 8; nonce++) {
      await world.order(world.grant(`member ${nonce}`, nonce));
      await world.time.pass(200);
    }
    const view = world.nodes[0]!.consensus.view();
    expect(view).toMatchObject({ epoch: 0, height: 8, quorum: 3, margin: 1, halted: null });
    for (const validator of view.validators) {
      expect(validator.missed).toBe(0);
      expect(validator.signed).toBeGreaterThan(0);
      expect(validator.latencyMs).toBeLessThan(50);
    }
  });

  it('show each signature of the block in progress as it arrives [K5]', async () => {
    world = await worldOf(4);
    const seen = new Set<string>();
    world.nodes[0]!.consensus.onChange(() => {
      for (const { slot, notarised } of world.nodes[0]!.consensus.view().slots) {
        if (slot === 1) seen.add(notarised.filter(Boolean).length.toString());
      }
    });
    await world.order(world.grant('odin', 0));
    await world.time.pass(200);
    expect([...seen]).toEqual(expect.arrayContaining(['0', '1', '2', '3']));
  });

  it('put transactions that arrive within hundredths of a second into one block [K3]', async () => {
    world = await worldOf(4);
    for (const nonce of [0, 1, 2, 3]) {
      await world.order(world.grant(`member ${nonce}`, nonce));
      await world.time.pass(8);
    }
    await world.time.pass(200);
    const { store } = world.nodes[0]!.chain;
    const [first, second] = [store.header(1)!, store.header(2)!];
    expect([first.count, second.count]).toEqual([1, 3]);
    expect(second.time - first.time).toBeGreaterThanOrEqual(40);
  });

  it('hear each other through others where two are not connected, without requests [K13]', async () => {
    world = await worldOf(4);
    const [first, second] = world.nodes as [TestNode, TestNode];
    await world.network.transport(first.name).disconnect(second.name);
    await world.order(world.grant('odin', 0));
    await world.time.pass(300);
    expect(world.nodes.every((node) => world.holds(node, 'odin'))).toBe(true);
  });

  it('hand over to the set that a final block names [K12]', async () => {
    world = await worldOf(4);
    const odin = world.ledger.person('odin');
    await world.order(world.grant('odin', 0));
    await world.time.pass(200);
    const joined = await world.join(odin);
    await world.time.pass(500);
    expect(joined.consensus.view().me).toBeNull();
    const body = world.ledger.change([...world.ledger.people, odin]);
    await world.order(
      world.ledger.sign(world.ledger.founder, 'validators.change', body, { nonce: 1 }).sealed,
    );
    await world.time.pass(500);
    expect(world.nodes.map(({ consensus }) => consensus.view().epoch)).toEqual([1, 1, 1, 1, 1]);
    expect(joined.consensus.view().me).not.toBeNull();
    await world.order(world.grant('freya', 2));
    await world.time.pass(20_000);
    expect(world.nodes.every((node) => world.holds(node, 'freya'))).toBe(true);
    expect(joined.consensus.view().validators.length).toBe(5);
  });

  it('accept a validator back that missed blocks and a change of the set [K11]', async () => {
    world = await worldOf(4);
    const [late, ...awake] = world.nodes as [TestNode, ...TestNode[]];
    world.network.partition([[late.name], awake.map(({ name }) => name)]);
    for (let nonce = 0; nonce < 3; nonce++) {
      await world.order(world.grant(`member ${nonce}`, nonce), awake);
      await world.time.pass(20_000);
    }
    const body = world.ledger.change(world.ledger.people.slice(0, 3));
    await world.order(
      world.ledger.sign(world.ledger.founder, 'validators.change', body, { nonce: 3 }).sealed,
      awake,
    );
    await world.time.pass(20_000);
    expect(late.chain.base.height).toBe(0);
    world.network.heal();
    for (const other of awake) await world.dial(late, other);
    await world.time.pass(2000);
    expect(world.heights()).toEqual([4, 4, 4, 4]);
    expect(late.consensus.view().epoch).toBe(1);
  });

  it('are followed by a node among silent strangers, which are asked two at a time and rarely [K16]', async () => {
    world = await worldOf(2);
    const { network, time } = world;
    const follower = network.transport('ines');
    const known = new Set(world.nodes.map(({ name }) => name));
    follower.reserveFor((peer) => (known.has(peer) ? peer : null));
    await follower.start();
    let open = 0;
    let most = 0;
    let asked = 0;
    // Ids that sort before those of all others.
    for (let n = 10; n < 40; n++) {
      const silent = network.transport(`!${n}`);
      silent.handle(LEDGER_PROTOCOL, async (channel) => {
        asked++;
        most = Math.max(most, ++open);
        try {
          for await (const _ of channel.receive());
          await new Promise<void>((resolve) => void time.after(60_000, resolve));
        } finally {
          open--;
        }
      });
      await silent.start();
      const dialled = silent.dial('/memory/ines');
      await time.pass(10);
      await dialled;
    }
    const ines = await world.join(world.ledger.person('ines'), { signs: false });
    for (let nonce = 0; nonce < 5; nonce++) {
      await world.order(world.grant(`member ${nonce}`, nonce), world.nodes.slice(0, 2));
      await time.pass(3000);
      expect(world.holds(ines, `member ${nonce}`)).toBe(true);
    }
    // Thirty strangers, once each when they connected, in turns of ten seconds.
    expect(asked).toBeLessThanOrEqual(6);
    expect(most).toBeLessThanOrEqual(4);
  });

  it('are followed by a node that signs nothing [K11]', async () => {
    world = await worldOf(3);
    await world.order(world.grant('odin', 0));
    await world.time.pass(200);
    const follower = await world.join(world.ledger.person('odin'), { signs: false });
    await world.time.pass(1000);
    expect(world.holds(follower, 'odin')).toBe(true);
    await world.order(world.grant('freya', 1));
    await world.time.pass(500);
    expect(world.holds(follower, 'freya')).toBe(true);
  });
});

describe('a validator that may have forgotten its votes', () => {
  it('learns from the others how far they are, and is silent that far [K10]', async () => {
    world = await worldOf(4);
    await world.order(world.grant('odin', 0));
    await world.time.pass(200);
    const [lost, ...rest] = world.nodes as [TestNode, ...TestNode[]];
    world.network.crash(lost.name);
    await lost.consensus.stop();
    world.nodes = rest;
    const back = await world.join(
      world.ledger.people.find(({ name }) => name === lost.name)!,
      { signState: null },
    );
    expect(back.consensus.view().silentThrough).toBe(Infinity);
    await world.time.pass(1000);
    expect(back.consensus.view().silentThrough).toBe(3);
    for (let nonce = 1; nonce < 4; nonce++) {
      await world.order(world.grant(`member ${nonce}`, nonce));
      await world.time.pass(20_000);
    }
    expect(world.heights()).toEqual([4, 4, 4, 4]);
    expect(back.consensus.view().silentThrough).toBeNull();
  });

  it.each<[string, Joining]>([
    ['whose log is older than its sign state', { signState: { votes: 9, slot: 6 } }],
    ['whose chain lost blocks that its log considered final', { forgotten: 6 }],
    ['that lost its sign state', { signState: null }],
  ])('alone, %s, is silent until a person vouches for it [K10]', async (_, options) => {
    world = await worldOf(1, options);
    await world.order(world.grant('odin', 0));
    await world.time.pass(60_000);
    expect(world.heights()).toEqual([0]);
    expect(world.nodes[0]!.consensus.view().silentThrough).toBe(
      'signState' in options && !options.signState ? Infinity : 6,
    );
    world.nodes[0]!.consensus.breakSilence();
    await world.time.pass(100);
    expect(world.heights()).toEqual([1]);
  });
});
