import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeCanonical } from '../kernel/canonical.ts';
import { Problem, type ProblemFields } from '../kernel/errors.ts';
import { createTestWorld, FOUNDER, verifier, type TestNode, type TestWorld } from '../sim/test-world.ts';
import { sendHandshake } from './handshake.ts';
import { agreeOn, OWN_VERSIONS, type VersionRange } from './versions.ts';
import { decodeMessage, encodeMessage, MAX_HELLO_BYTES, SYNC_PROTOCOL, type MessageOf } from './wire.ts';

const codeOf = (agreed: number | Problem) => (typeof agreed === 'number' ? agreed : agreed.code);
const range = fc
  .tuple(fc.nat(20), fc.oneof(fc.nat(20), fc.constant(Number.MAX_SAFE_INTEGER)))
  .map(([one, other]): VersionRange => [Math.min(one, other), Math.max(one, other)]);

test('[S11] two ranges agree on the highest common version, and both ends find the same', () => {
  fc.assert(
    fc.property(range, range, (own, theirs) => {
      const common = Array.from({ length: 21 }, (_, n) => n).filter((n) =>
        [own, theirs].every(([lowest, highest]) => lowest <= n && n <= highest),
      );
      const endless = [own, theirs].every(([, highest]) => highest > 20);
      const agreed = agreeOn(own, theirs);
      const mirrored = codeOf(agreeOn(theirs, own));
      if (endless) expect([agreed, mirrored]).toEqual([Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]);
      else if (common.length > 0) expect([agreed, mirrored]).toEqual([common.at(-1), common.at(-1)]);
      // [S12] One of the two has to update, and both know which.
      else expect([codeOf(agreed), mirrored].toSorted()).toEqual(['node-outdated', 'peer-outdated']);
    }),
  );
});

test('[S12] the side with the lower versions has to update', () => {
  expect(agreeOn([2, 3], [1, 1])).toMatchObject({
    code: 'peer-outdated',
    message: 'The peer speaks version 1 of the protocol, and this node 2 to 3.',
  });
  expect(agreeOn([1, 1], [2, 3])).toMatchObject({
    code: 'node-outdated',
    remedy: 'Install a newer release on this node. Nothing is exchanged with the peer until then.',
  });
  // Release 0.1 states no versions.
  expect(codeOf(agreeOn(OWN_VERSIONS, undefined))).toBe('peer-outdated');
  expect(agreeOn(OWN_VERSIONS, [0, Number.MAX_SAFE_INTEGER])).toBe(OWN_VERSIONS[1]);
});

/** A founder whose node answers with a changed handshake, and the peer that connects to it. */
async function met(change: (hello: MessageOf<'hello'>) => unknown) {
  const world = createTestWorld();
  const founder = await world.node(FOUNDER);
  founder.admit('ada');
  const ada = await world.node('ada');
  founder.sync.stop();
  founder.transport.handle(SYNC_PROTOCOL, async (channel) => {
    for await (const bytes of channel.receive()) {
      if (decodeMessage(bytes, ['hello', 'recon', 'equal'])[0] !== 'hello') continue;
      const hello = sendHandshake(initOf(world, founder), channel.peer, 'answerer');
      await channel.send(encodeCanonical(change(hello)));
    }
  });
  return { world, founder, ada, ...(await observed(world, ada, founder)) };
}

const initOf = (world: TestWorld, node: TestNode) => ({
  log: node.log,
  transport: node.transport,
  clock: world.clock,
  signer: node.signer,
  verifier,
  authority: node.roster,
  nodeName: () => node.name,
});

async function observed(world: TestWorld, ada: TestNode, founder: TestNode) {
  const introduced: unknown[] = [];
  const outdated: ProblemFields[] = [];
  ada.sync.onHandshake(({ version, kinds }) => introduced.push({ version, kinds }));
  ada.sync.onOutdated((peer, reason) => {
    expect(peer).toBe(FOUNDER);
    outdated.push(reason);
  });
  await world.connect(ada, founder);
  return { introduced, outdated };
}

test('[S11] both ends tell their versions and the kinds that they know', async () => {
  const world = createTestWorld();
  const founder = await world.node(FOUNDER);
  founder.admit('ada');
  const ada = await world.node('ada', [], ['test.note']);
  const { introduced, outdated } = await observed(world, ada, founder);
  expect(introduced[0]).toEqual({ version: 1, kinds: ['authority/test.rule', 'test.note'] });
  expect(outdated).toEqual([]);
});

test('[S11] unknown fields and elements of a later release are ignored, and a peer that claims every version is spoken to', async () => {
  const { introduced, outdated } = await met((hello) => [
    ...hello.slice(0, 7),
    { versions: [0, Number.MAX_SAFE_INTEGER], kinds: ['poll.open'], colour: 'green', more: { deep: [1, 2] } },
    ['another', 'element'],
    new Uint8Array(100),
  ]);
  expect(introduced[0]).toEqual({ version: 1, kinds: ['poll.open'] });
  expect(outdated).toEqual([]);
});

test.each([
  ['newer', [2, 5], 'node-outdated'],
  ['older', [0, 0], 'peer-outdated'],
])(
  '[S12] a peer of a %s protocol is refused by the opener, is not kept away, and stays connected',
  async (_which, versions, code) => {
    const { world, ada, introduced, outdated } = await met((hello) => [
      ...hello.slice(0, 7),
      { versions, kinds: [] },
    ]);
    expect(outdated).toMatchObject([{ code }]);
    expect(introduced).toEqual([]);
    expect(ada.sync.shuns(FOUNDER)).toBe(false);
    expect(ada.transport.peers()).toMatchObject([{ peer: FOUNDER, score: 0 }]);
    await world.clock.pass(61_000);
    expect(outdated).toHaveLength(2);
  },
);

/** Opens a channel to ada as the founder, and returns what she answers. */
async function asked(make: (hello: MessageOf<'hello'>) => unknown) {
  const world = createTestWorld();
  const founder = await world.node(FOUNDER);
  founder.admit('ada');
  const ada = await world.node('ada');
  founder.sync.stop();
  const seen = await observed(world, ada, founder);
  const opening = founder.transport.open('ada', SYNC_PROTOCOL);
  await world.clock.pass(100);
  const channel = await opening;
  void channel.send(encodeCanonical(make(sendHandshake(initOf(world, founder), 'ada', 'opener'))));
  const answers: MessageOf<'hello' | 'refused'>[] = [];
  void (async () => {
    try {
      for await (const bytes of channel.receive()) answers.push(decodeMessage(bytes, ['hello', 'refused']));
    } catch {
      // The answerer broke the channel.
    }
  })();
  await world.clock.pass(1000);
  return { ada, answers, ...seen };
}

test('[S12] the answerer sends its own versions to a peer of another protocol, so that both know who has to update', async () => {
  const { ada, answers, outdated } = await asked((hello) => [
    ...hello.slice(0, 7),
    { versions: [7, 9], kinds: [] },
  ]);
  expect(answers).toHaveLength(1);
  expect(answers[0]!.slice(7)).toEqual([
    { at: expect.any(Number) as number, versions: [1, 1], kinds: ['authority/test.rule', 'test.note'] },
  ]);
  expect(outdated).toMatchObject([{ code: 'node-outdated' }]);
  expect(ada.sync.shuns(FOUNDER)).toBe(false);
});

test('[S12] a node of release 0.1 is told that it is outdated', async () => {
  const { ada, answers, outdated } = await asked((hello) => hello.slice(0, 7));
  expect(answers).toEqual([['refused', 'peer-outdated']]);
  expect(outdated).toMatchObject([{ code: 'peer-outdated' }]);
  expect(ada.sync.shuns(FOUNDER)).toBe(false);
});

test('[S12] a peer that has not proven its membership causes no notice', async () => {
  const { outdated } = await asked((hello) => [
    ...hello.slice(0, 4),
    new Uint8Array(64),
    ...hello.slice(5, 7),
    { versions: [7, 9], kinds: [] },
  ]);
  expect(outdated).toEqual([]);
});

const release = fc.record({
  versions: fc.tuple(fc.nat(), fc.nat()).map(([low, more]): [number, number] => [low, low + more]),
  kinds: fc.array(fc.string({ maxLength: 40 }), { maxLength: 20 }),
});
const anything = fc.oneof(
  fc.integer(),
  fc.string(),
  fc.constant(null),
  fc.dictionary(fc.string({ maxLength: 5 }), fc.oneof(fc.integer(), fc.string(), fc.array(fc.integer()))),
);
const base = ['hello', new Uint8Array(32), new Uint8Array(32), 'n', new Uint8Array(64), [], [0, 1]];
const taken = (value: unknown) => {
  try {
    return decodeMessage(encodeCanonical(value), ['hello']);
  } catch (error) {
    if (error instanceof Problem && error.code === 'malformed') return null;
    throw error;
  }
};

test('[S11] a handshake survives encoding with everything that later releases add, and is refused with a reason otherwise', () => {
  fc.assert(
    fc.property(release, fc.array(anything, { maxLength: 3 }), (own, more) => {
      const decoded = taken([...base, { ...own, later: more }, ...more]);
      expect(decoded?.[7]).toMatchObject(own);
      expect(encodeMessage(decoded!)).toEqual(encodeCanonical([...base, { ...own, later: more }, ...more]));
    }),
  );
  fc.assert(
    fc.property(anything, anything, anything, (versions, kinds, other) => {
      taken([...base, { versions, kinds, other }]);
      taken([...base, other]);
    }),
  );
});

test.each([
  ['more than 1,000 kinds', { versions: [1, 1], kinds: Array.from({ length: 1001 }, () => 'a.b') }],
  ['a kind with a long name', { versions: [1, 1], kinds: ['x'.repeat(41)] }],
  ['versions in the wrong order', { versions: [2, 1], kinds: [] }],
  ['one version', { versions: [1], kinds: [] }],
  [
    'fields beyond the limit of a handshake',
    { versions: [1, 1], kinds: [], x: new Uint8Array(MAX_HELLO_BYTES) },
  ],
])('[S11] a handshake with %s is malformed', (_what, own) => {
  expect(taken([...base, own])).toBeNull();
});
