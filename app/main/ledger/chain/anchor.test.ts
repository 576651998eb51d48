import { beforeEach, describe, expect, test } from 'vitest';
import { compareBytes, toHex } from '../../kernel/bytes.ts';
import { encodeCanonical } from '../../kernel/canonical.ts';
import { msOf } from '../../kernel/hybrid-time.ts';
import { merkleRoot } from '../../kernel/merkle.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { sealEvent } from '../../log/event.ts';
import { copyLog } from '../../platform/memory/test-community.ts';
import { anchorDigest, anchorOn, anchorTipOf, MAX_ANCHORED, type Anchored } from '../types/anchor.ts';
import { anchoredLog } from './anchored-log.ts';
import { encodeBlock, makeBlock, openBlock, type Block } from '../types/block.ts';
import { AnchoredLedger, RIPE_MS, type TestAnchors } from './test-anchors.ts';

let world: AnchoredLedger;
let mara: TestAnchors;

beforeEach(() => {
  world = new AnchoredLedger({ validators: 4 });
  ({ mara } = world);
});

const limits = { bytes: 192 * 1024, transactions: 1000 };
const codeOf = (act: () => unknown): string => {
  try {
    act();
    return 'ok';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

/** A leader's block on the tip that lists these events, valid or not. */
function blockListing(
  ids: readonly Uint8Array[],
  changes: { anchored?: Partial<Anchored>; time?: number; at?: number } = {},
): Block {
  const { chain } = world.ledger;
  const tip = anchorTipOf(chain.state, world.community.id);
  const anchored = { ...anchorOn(tip, ids), ...changes.anchored };
  const time = changes.at ?? world.community.clock.now();
  const anchor = { time: changes.time ?? time - 1000, digest: anchorDigest(anchored) };
  const { header } = world.ledger.blockOf([], { time });
  return makeBlock({ ...header, anchor }, [], anchored);
}

const outcome = async (block: Block) => {
  const execution = await world.ledger.chain.execute(block, world.ledger.chain.base);
  return execution.ok ? 'ok' : execution.code;
};

describe('an anchor', () => {
  test('[H1] [H2] is the digest of the ids in ascending order and the previous anchor', async () => {
    const first = await world.say(5);
    const one = await world.block();
    const second = await world.say(3);
    const two = await world.block();
    expect(one.anchored!.ids.map(toHex)).toEqual(first.toSorted(compareBytes).map(toHex));
    expect(two.anchored!.ids.map(toHex)).toEqual(second.toSorted(compareBytes).map(toHex));
    const digest = (previous: Uint8Array, before: number, ids: readonly Uint8Array[]) =>
      sha256(encodeCanonical(['impulse/anchor/1', previous, before, ids.length, merkleRoot(ids)]));
    expect(one.header.anchor!.digest).toEqual(digest(world.community.id, 0, one.anchored!.ids));
    expect(two.header.anchor!.digest).toEqual(digest(one.header.anchor!.digest, 5, two.anchored!.ids));
    const newest = Math.max(...second.map((id) => msOf(mara.node.log.store.event(id)!.event.time)));
    expect(two.header.anchor!.time).toBe(newest);
  });

  test('[H2] [LB5] travels with its block and is stored with it', async () => {
    await world.say(3);
    const block = await world.block();
    const bytes = toHex(encodeBlock(block));
    expect(toHex(encodeBlock(openBlock(encodeBlock(block), limits)))).toBe(bytes);
    expect(toHex(encodeBlock(mara.chain.store.block(block.header.height)!))).toBe(bytes);
  });

  test('[H2] a block whose list does not match its header cannot be decoded', async () => {
    const ids = await world.say(3);
    const block = blockListing(ids);
    const list = block.anchored!;
    const { anchored: _, ...bare } = block;
    const read = (changed: Block) => codeOf(() => openBlock(encodeBlock(changed), limits));
    const listing = (ids: readonly Uint8Array[]) => read({ ...block, anchored: { ...list, ids } });
    expect(read(block)).toBe('ok');
    expect(read(bare)).toBe('wrong-anchor-digest');
    expect(read({ ...world.ledger.blockOf([]), anchored: list })).toBe('wrong-anchor-digest');
    expect(listing(list.ids.slice(1))).toBe('wrong-anchor-digest');
    expect(read({ ...block, anchored: { ...list, before: 1 } })).toBe('wrong-anchor-digest');
    expect(read({ ...block, anchored: { ...list, previous: sha256(list.previous) } })).toBe(
      'wrong-anchor-digest',
    );
    expect(listing(list.ids.toReversed())).toBe('bad-anchor');
    expect(listing([list.ids[0]!, list.ids[0]!])).toBe('bad-anchor');
    expect(listing([])).toBe('bad-block');
    expect(listing([sha256(ids[0]!).slice(1)])).toBe('bad-block');
  });

  test('[H1] [LB6] a list takes space in the block and is limited', async () => {
    const ids = Array.from({ length: MAX_ANCHORED + 1 }, (_, n) => sha256(Buffer.from(`${n}`)));
    const block = blockListing(ids);
    expect(codeOf(() => openBlock(encodeBlock(block), limits))).toBe('bad-block');
    const fits = blockListing(ids.slice(1));
    expect(codeOf(() => openBlock(encodeBlock(fits), limits))).toBe('ok');
    expect(codeOf(() => openBlock(encodeBlock(fits), { ...limits, bytes: 64 * 1024 - 1 }))).toBe(
      'block-too-large',
    );
  });

  test('[H3] a block whose anchor does not continue the chain is invalid', async () => {
    await world.say(1);
    const first = await world.block();
    const ids = await world.say(2);
    expect(await outcome(blockListing(ids))).toBe('wrong-state-root');
    expect(await outcome(blockListing(ids, { anchored: { before: 2 } }))).toBe('anchor-off-chain');
    expect(await outcome(blockListing(ids, { anchored: { previous: world.community.id } }))).toBe(
      'anchor-off-chain',
    );
    const now = world.community.clock.now();
    expect(await outcome(blockListing(ids, { at: now, time: now + 1 }))).toBe('anchor-time');
    expect(await outcome(blockListing(ids, { time: first.header.anchor!.time - 1 }))).toBe('anchor-time');
  });
});

describe('a validator', () => {
  const verdict = async (node: TestAnchors, block: Block) => {
    let said: boolean | 'waits' = 'waits';
    void node.chain.vouch(block).then((vouched) => (said = vouched));
    await world.community.clock.pass(10);
    return said;
  };

  test('[H4] votes for events that it holds, and asks and waits for those that it lacks', async () => {
    const odin = world.node('odin');
    await world.say(3);
    const ids = await world.say(3);
    const block = blockListing(ids);
    expect(await verdict(mara, block)).toBe(true);
    const vouched = odin.chain.vouch(block);
    expect(await verdict(odin, block)).toBe('waits');
    expect(odin.asked()).toBeGreaterThan(0);
    await copyLog(mara.node, odin.node);
    expect(await vouched).toBe(true);
  });

  test('[H4] never votes for events that do not exist, and stops waiting when a later block is final', async () => {
    const block = blockListing([sha256(Buffer.from('nothing'))]);
    const vouched = mara.chain.vouch(block);
    expect(await verdict(mara, block)).toBe('waits');
    await world.ledger.block([], true);
    expect(await vouched).toBe(false);
  });

  test("[H4] does not vote for an event that is anchored already, or later than the anchor's time", async () => {
    const [first] = await world.say(1);
    await world.block();
    const [second] = await world.say(1);
    expect(await verdict(mara, blockListing([first!, second!]))).toBe(false);
    const { time } = mara.node.log.store.event(second!)!.event;
    expect(await verdict(mara, blockListing([second!], { time: msOf(time) - 1 }))).toBe(false);
    expect(await verdict(mara, blockListing([second!], { time: msOf(time) }))).toBe(true);
  });

  test('[H4] does not vote for an event that a final block lists and that it lacks', async () => {
    const odin = world.node('odin');
    const [first] = await world.say(1);
    await world.block(odin);
    expect(await verdict(odin, blockListing([first!]))).toBe(false);
  });

  test('[H4] waits until an anchor below is final', async () => {
    const { chain } = world.ledger;
    await world.say(1);
    const template = world.ledger.blockOf([]).header;
    const { stateRoot, anchor, anchored } = (await chain.propose(template, chain.base, false))!;
    const below = makeBlock({ ...template, stateRoot, anchor }, [], anchored);
    const later = blockListing(await world.say(1));
    const above = makeBlock({ ...later.header, parent: below.header.hash, slot: 99 }, [], later.anchored);
    expect(await verdict(mara, above)).toBe('waits');
    const vouched = chain.vouch(above);
    await chain.finalise(world.ledger.finalRun(below));
    expect(await vouched).toBe(true);
  });
});

describe('a leader', () => {
  test('[H6] lists the events it has held for seconds, each once, and rests while there are none', async () => {
    expect(mara.chain.anchoring!.due(true)).toBe(false);
    const old = await world.say(2);
    const { id: fresh } = mara.node.log.append(mara.node.signer, 'chat.say', { text: 'now', me: false });
    expect(mara.chain.anchoring!.due(true)).toBe(true);
    expect((await world.block()).anchored!.ids).toHaveLength(old.length);
    expect(mara.chain.anchoring!.due(true)).toBe(false);
    await world.community.clock.pass(RIPE_MS);
    const next = await world.block();
    expect(next.anchored!.ids.map(toHex)).toEqual([toHex(fresh)]);
    await world.community.clock.pass(RIPE_MS);
    await expect(world.block()).rejects.toThrow('nothing waits');
  });

  test('[H6] puts a late event into a later anchor', async () => {
    const odin = world.node('odin');
    const [late] = await world.say(1, odin.node);
    await world.say(1);
    await world.block();
    await copyLog(odin.node, mara.node);
    await world.community.clock.pass(RIPE_MS);
    expect((await world.block()).anchored!.ids.map(toHex)).toEqual([toHex(late!)]);
  });

  test('[H1] splits an import of thousands into blocks', async () => {
    const ids = await world.say(2 * MAX_ANCHORED + 5);
    const sizes: number[] = [];
    while (mara.chain.anchoring!.due(true)) {
      sizes.push((await world.block()).anchored!.ids.length);
      await world.community.clock.pass(300);
    }
    expect(sizes).toEqual([MAX_ANCHORED, MAX_ANCHORED, 5]);
    const { anchors } = mara.node.log.store;
    expect(ids.every((id) => anchors.find(id)?.height !== null)).toBe(true);
  });

  test('[H7] leaves transactions their space and takes the rest', async () => {
    await world.say(10);
    const { founder } = world.ledger;
    const odin = world.ledger.person('odin');
    await world.ledger.submit(world.ledger.sign(founder, 'role.grant', { member: odin.key, role: 'member' }));
    const block = await world.block();
    expect([block.transactions.length, block.anchored!.ids.length]).toEqual([1, 10]);
  });

  test('[H6] waits longer and lists less after an anchor that did not become final', async () => {
    await world.say(8);
    const { chain } = world.ledger;
    const template = { ...world.ledger.blockOf([]).header };
    const draft = await chain.propose(template, chain.base, false);
    expect(draft!.anchored!.ids).toHaveLength(8);
    // No other node held these: the slot stays empty.
    await world.community.clock.pass(9000);
    expect(chain.anchoring!.due(true)).toBe(false);
    await world.community.clock.pass(2000);
    expect(chain.anchoring!.due(true)).toBe(false);
    await world.community.clock.pass(7000);
    expect(chain.anchoring!.due(true)).toBe(true);
    expect((await world.block()).anchored!.ids).toHaveLength(8);
    expect(chain.anchoring!.due(true)).toBe(false);
  });

  test('[H6] stops waiting once that anchor becomes final late', async () => {
    await world.say(1);
    const { chain } = world.ledger;
    const template = world.ledger.blockOf([]).header;
    const { stateRoot, anchor, anchored } = (await chain.propose(template, chain.base, false))!;
    const block = makeBlock({ ...template, stateRoot, anchor }, [], anchored);
    await world.community.clock.pass(11_000);
    expect(chain.anchoring!.due(true)).toBe(false);
    await chain.finalise(world.ledger.finalRun(block));
    await world.say(1);
    expect(chain.anchoring!.due(true)).toBe(true);
  });

  test('[H7] that does not lead waits longer before it continues a slot for it', async () => {
    await world.say(1);
    expect(mara.chain.anchoring!.due(false)).toBe(false);
    await world.community.clock.pass(10_000);
    expect(mara.chain.anchoring!.due(false)).toBe(true);
  });
});

describe('a node', () => {
  test('[S10] knows which block lists an event, even if the event arrives after the block', async () => {
    const odin = world.node('odin');
    const ids = await world.say(3);
    const { header } = await world.block(odin);
    const heights = ({ node }: TestAnchors) => ids.map((id) => node.log.store.anchors.find(id)?.height);
    expect(heights(mara)).toEqual([header.height, header.height, header.height]);
    expect(heights(odin)).toEqual([undefined, undefined, undefined]);
    await copyLog(mara.node, odin.node);
    expect(heights(odin)).toEqual(heights(mara));
    await world.community.clock.pass(RIPE_MS);
    expect(odin.chain.anchoring!.due(true)).toBe(false);
    expect(odin.node.log.store.anchors.upTo()).toBe(odin.node.log.store.latestSeq());
  });

  test('[S10] certifies an event again that was removed and came back, and nothing else in its row', async () => {
    const [first, last] = await world.say(2);
    await world.block();
    const { store } = mara.node.log;
    const { event, seq } = store.event(last!)!;
    mara.node.db.transaction(() => store.remove(seq, event));
    expect(store.anchors.awaits(last!)).toBe(true);
    const other = sealEvent({ ...event, body: { text: 'other', me: false } }, mara.node.signer);
    expect(store.insert(other, 'content', true)).toBe(seq);
    expect(store.anchors.heightOf(seq)).toBeNull();
    store.insert(event, 'content', true);
    expect(store.anchors.find(last!)!.height).toBe(1);
    expect(store.anchors.find(first!)!.height).toBe(1);
    const later = store.anchors.unanchored(store.latestSeq(), Number.MAX_SAFE_INTEGER, 10);
    expect(later.map(({ id }) => toHex(id))).toEqual([toHex(other.id)]);
  });

  test('[H8] counts an event that two blocks list from the lower one', async () => {
    const [id] = await world.say(1);
    const { anchors } = mara.node.log.store;
    anchors.mark(7, [id!]);
    anchors.mark(9, [id!]);
    expect(anchors.find(id!)!.height).toBe(7);
    anchors.mark(3, [id!]);
    expect(anchors.find(id!)!.height).toBe(3);
  });

  test('[H1] finds out again which events are listed after its marks were lost', async () => {
    const ids = await world.say(3);
    await world.block();
    mara.node.db.exec('DELETE FROM event_anchor');
    world.ledger.replica({ db: mara.node.db, log: anchoredLog(mara.node.log.store, () => {}) });
    expect(ids.map((id) => mara.node.log.store.anchors.find(id)!.height)).toEqual([1, 1, 1]);
  });
});
