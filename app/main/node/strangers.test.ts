import { afterEach, expect, test, vi } from 'vitest';
import { parseInvite } from '../federation/index.ts';
import { encodeCanonical } from '../kernel/canonical.ts';
import { cidOf } from '../kernel/cid.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { sealTransaction } from '../ledger/types/transaction.ts';
import { topicOf } from '../log/live.ts';
import type { Transport } from '../log/transport.ts';
import { signerOf } from '../platform/keys/ed25519.ts';
import type { RunningNode } from './start.ts';
import { Attackers } from './test-attackers.ts';
import { only, TestNodes } from './test-nodes.ts';

const DEADLINE = { timeout: 60_000, interval: 100 };

const nodes = new TestNodes();
const attacks: Attackers[] = [];
afterEach(async () => {
  await Promise.all(attacks.splice(0).map((attackers) => attackers.close()));
  await nodes.end();
});

const someone = () => signerOf(crypto.getRandomValues(new Uint8Array(32)));
const lines = async (node: RunningNode) =>
  (await only(node).chat.lines({ limit: 20 })).items.map(({ text }) => text);
const hears = (node: RunningNode, text: string) =>
  vi.waitFor(async () => expect(await lines(node)).toContain(text), DEADLINE);
const peersOf = async (node: RunningNode) => (await only(node).federation.view({})).peers;

/** Mara's node and Ines's, and how others attack the former. */
async function harbour() {
  const [mara, ines] = await Promise.all([nodes.start(), nodes.start()]);
  await mara.node.client.communities.create({
    name: 'Harbour',
    description: '',
    handle: 'mara',
    boards: false,
  });
  const { link } = await only(mara.node).federation.invite({
    role: 'member',
    hours: 1,
    uses: 9,
    reach: 'machine',
  });
  await ines.node.client.communities.join({ invite: link, handle: 'ines' });
  const attackers = new Attackers(parseInvite(link));
  attacks.push(attackers);
  return { mara: mara.node, ines, link, attackers, community: parseInvite(link).community };
}

/** A person who joins, and tries again when the host was full. */
async function join(link: string, handle: string): Promise<RunningNode> {
  const { node } = await nodes.start();
  await vi.waitFor(() => node.client.communities.join({ invite: link, handle }), DEADLINE);
  return node;
}

test(
  '[FG2] [FG3] [FG4] [FG6] [FJ5] members come back and catch up, newcomers join and talk, while strangers attack',
  { timeout: 180_000 },
  async () => {
    const { mara, ines, link, attackers, community } = await harbour();
    await nodes.stop(ines.node);
    await only(mara).chat.say({ text: 'while you were away' });

    const rude = (await Promise.all(Array.from({ length: 8 }, () => attackers.connected()))).filter(
      (peer) => peer !== null,
    );
    expect(rude.length).toBeGreaterThan(0);
    const frames = await attackers.oneByteFrames();
    attackers.silentSockets(100);
    await attackers.idle(100);
    const silent = rude.map((peer) => attackers.silentChannels(peer, 4));
    const garbage = rude.map((peer) => attackers.garbageJoins(peer, 10, someone()));
    let hints = 0;
    const hinting = setInterval(() => {
      for (const peer of rude) {
        const head = ['head', crypto.getRandomValues(new Uint8Array(32)), ticksOf(Date.now()), peer.self];
        void peer.publish(topicOf(community), encodeCanonical(head)).then((reached) => (hints += reached));
      }
    }, 100);
    try {
      // A member whose node is known has a place at once.
      const back = (await nodes.start(ines.dataDir)).node;
      await hears(back, 'while you were away');
      const odin = await join(link, 'odin');
      await only(odin).chat.say({ text: 'good evening' });
      await hears(mara, 'good evening');
      await hears(back, 'good evening');
      await only(mara).chat.say({ text: 'welcome' });
      await hears(odin, 'welcome');
      const here = (await peersOf(mara)).map(({ handle }) => handle);
      expect(here).toEqual(expect.arrayContaining(['ines', 'odin']));
      // An eighth of the hundred connections; all strangers of this machine have one prefix.
      expect(here.filter((handle) => handle === null).length).toBeLessThanOrEqual(12);
      // About 4,000 one-byte frames at once, and a thousand a second.
      expect(frames).toBeLessThan(60_000);
    } finally {
      clearInterval(hinting);
    }
    expect(hints).toBeGreaterThan(0);
    await Promise.all([...silent, ...garbage]);
  },
);

test(
  '[FG5] fifty nodes with the key of one member take four places, and the others stay connected',
  { timeout: 120_000 },
  async () => {
    const { mara, link, attackers } = await harbour();
    const eve = someone();
    const first = (await attackers.connected())!;
    await attackers.join(first, eve, 'eve');
    await attackers.introduce(first, eve);
    const many: Transport[] = [];
    for (let n = 1; n < 50; n++) {
      const peer = await attackers.connected();
      if (!peer) continue;
      many.push(peer);
      await attackers.introduce(peer, eve).catch(() => {});
      const ofEve = (await peersOf(mara)).filter(({ handle }) => handle === 'eve');
      expect(ofEve.length).toBeLessThanOrEqual(4);
    }
    expect(many.length).toBeGreaterThan(20);
    const odin = await join(link, 'odin');
    await only(odin).chat.say({ text: 'good evening' });
    await hears(mara, 'good evening');
    const here = (await peersOf(mara)).map(({ handle }) => handle);
    expect(here.filter((handle) => handle === 'eve')).toHaveLength(4);
    expect(here).toEqual(expect.arrayContaining(['ines', 'odin']));
  },
);

test(
  '[X28] [X29] a banned member writes nothing of two thousand device transactions, and others write on',
  { timeout: 120_000 },
  async () => {
    const { mara, ines, attackers, community } = await harbour();
    const eve = someone();
    const peer = (await attackers.connected())!;
    await attackers.join(peer, eve, 'eve');
    const { did } = await vi.waitFor(async () => {
      const member = (await only(mara).members.list({})).find(({ handle }) => handle === 'eve');
      expect(member).toBeDefined();
      return member!;
    }, DEADLINE);
    await only(mara).members.ban({ did, reason: 'flood' });
    const before = await only(mara).ledger.status({});

    const sealed = Array.from({ length: 2000 }, (_, nonce) => {
      const device = crypto.getRandomValues(new Uint8Array(32));
      const fields = { community, account: eve.publicKey, device: null, nonce };
      return sealTransaction({ ...fields, kind: 'device.add', body: { device, name: 'd' } }, eve).sealed;
    });
    const topic = `impulse/tx/1/${cidOf(community)}`;
    peer.subscribe(topic, async () => 'ignore');
    for (let at = 0; at < sealed.length; at += 250) {
      const message = encodeCanonical(['transactions', sealed.slice(at, at + 250)]);
      await vi.waitFor(async () => expect(await peer.publish(topic, message)).toBeGreaterThan(0), DEADLINE);
    }
    // Single ones as well, as fast as they are taken.
    for (const one of sealed.slice(0, 200))
      await peer.publish(topic, encodeCanonical(['transactions', [one]]));

    await only(ines.node).members.setHandle({ handle: 'Ines' });
    await only(mara).members.setHandle({ handle: 'Mara' });
    const after = await only(mara).ledger.status({});
    expect(after.waiting).toBe(0);
    expect(after.transactions - before.transactions).toBe(2);
  },
);
