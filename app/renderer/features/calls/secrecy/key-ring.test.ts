import { describe, expect, test } from 'vitest';
import { StayKey } from './agreement.ts';
import { allHear, didFor, identityOf, TestHost, type TestMember } from './test-secrecy.ts';

/** Small and seeded (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Told {
  hello?: { key: string; at: number; signature: string };
}

/** A host that puts its own key, signed by `signs`, in the place of everybody's. */
async function swapping(host: TestHost, signs: (participant: string, key: string) => Promise<object | null>) {
  const { publicKey } = await StayKey.create();
  const forged = new Map<string, object | null>();
  for (const id of ['ada-0001', 'ben-0001']) forged.set(id, await signs(id, publicKey));
  host.tamper = (from, _to, data) => {
    const letter = JSON.parse(data) as Told;
    if (!letter.hello) return data;
    const signed = forged.get(from) ?? letter.hello;
    return JSON.stringify({ ...letter, hello: { ...letter.hello, ...signed, key: publicKey } });
  };
}

const refusalsOf = ({ ring }: TestMember) => ring.peers.map(({ problem }) => problem?.code ?? null);

describe('[CE3] a host that puts itself in between', () => {
  for (const [way, signs] of [
    ['with the signatures that it saw', async () => null],
    [
      'with signatures of its own person',
      (participant: string, key: string) => identityOf('host').sign({ participant, key }),
    ],
  ] as const) {
    test(`${way} is refused, and gets no secret`, async () => {
      const host = new TestHost();
      await swapping(host, signs);
      const ada = await host.join('ada-0001', 'ada');
      const ben = await host.join('ben-0001', 'ben');
      await host.until(() => refusalsOf(ada).includes('key-refused'));
      await Promise.all([ada.ring.greet(), ben.ring.greet()]);
      await host.until(() => refusalsOf(ben).includes('key-refused'));
      await host.wait(10_000);
      expect(ada.ring.peers.concat(ben.ring.peers).some(({ known }) => known !== null)).toBe(false);
      expect(ada.ring.peers.concat(ben.ring.peers).some(({ isTrusted }) => isTrusted)).toBe(false);
      expect(await ben.opens('ada-0001', await ada.frame())).toBe(false);
    });
  }

  test('as another member than the one that it names is refused', async () => {
    const host = new TestHost();
    host.claims.set('mal-0001', didFor('ada'));
    const ben = await host.join('ben-0001', 'ben');
    await host.join('mal-0001', 'mallory');
    await host.until(() => refusalsOf(ben).includes('key-refused'));
    expect(ben.ring.peers[0]).toMatchObject({ known: null, isTrusted: false });
  });

  test('takes a true key after a forged one, and no second key of the same stay', async () => {
    const host = new TestHost();
    await swapping(host, async () => null);
    const ada = await host.join('ada-0001', 'ada');
    const ben = await host.join('ben-0001', 'ben');
    await host.until(() => refusalsOf(ada).includes('key-refused'));
    host.tamper = (_from, _to, data) => data;
    await Promise.all([ada.ring.greet(), ben.ring.greet()]);
    await host.until(() => allHear(host));
    const before = ada.ring.peers[0]?.known?.publicKey;
    const other = (await StayKey.create()).publicKey;
    const signed = await identityOf('ben').sign({ participant: 'ben-0001', key: other });
    ada.ring.heard('ben-0001', JSON.stringify({ v: 1, hello: { key: other, ...signed } }));
    await host.wait(2000);
    expect(ada.ring.peers[0]?.known?.publicKey).toBe(before);
  });

  test('that replays a key of an earlier stay or sends garbage changes nothing', async () => {
    const host = new TestHost();
    const ben = await host.join('ben-0001', 'ben');
    const old = (await StayKey.create()).publicKey;
    const signed = await identityOf('ada').sign({ participant: 'ada-0000', key: old });
    await host.join('ada-0001', 'ada');
    for (const data of ['', '{', '[]', '{"v":2}', '{"v":1,"epoch":{"generation":0,"step":0,"box":""}}']) {
      ben.ring.heard('ada-0001', data);
    }
    ben.ring.heard('ada-0001', JSON.stringify({ v: 1, hello: { key: old, ...signed } }));
    await host.until(() => allHear(host));
    expect(ben.ring.peers[0]?.known?.publicKey).not.toBe(old);
  });
});

describe('[CE4] secrets', () => {
  test('that a newcomer gets do not open what came before, and those of somebody who left not what comes', async () => {
    const host = new TestHost();
    const ada = await host.join('ada-0001', 'ada');
    const ben = await host.join('ben-0001', 'ben');
    await host.until(() => allHear(host));
    const before = await ada.frame();
    const cleo = await host.join('cleo-001', 'cleo');
    await host.until(() => allHear(host));
    expect(await cleo.opens('ada-0001', before)).toBe(false);
    expect(await ben.opens('ada-0001', before)).toBe(true);
    host.leave('ben-0001');
    const soon = await ada.frame();
    expect(await ben.opens('ada-0001', soon)).toBe(true);
    await host.wait(3000);
    const later = await ada.frame();
    expect(await ben.opens('ada-0001', later)).toBe(false);
    expect(await cleo.opens('ada-0001', later)).toBe(true);
  });

  test('arrive although whispers are lost', async () => {
    const host = new TestHost();
    const random = seeded(4);
    host.tamper = (_from, _to, data) => (random() < 0.6 ? data : null);
    await host.join('ada-0001', 'ada');
    await host.join('ben-0001', 'ben');
    await host.until(() => allHear(host));
  });
});

test.each([1, 2, 3])(
  '[CE4] [CE8] in a session of many joins and leaves (seed %i)',
  async (seed) => {
    const random = seeded(seed);
    const host = new TestHost();
    const gone: TestMember[] = [];
    let joins = 0;
    for (let round = 0; round < 7; round += 1) {
      const before = await Promise.all(
        [...host.members.values()].map(async (member) => [member.id, await member.frame()] as const),
      );
      const came: TestMember[] = [];
      for (let n = 0; n <= random() * 2; n += 1) {
        if (random() < 0.6 || host.members.size < 2) {
          joins += 1;
          came.push(await host.join(`person-${joins}`));
        } else {
          const ids = [...host.members.keys()];
          const member = host.members.get(ids[Math.floor(random() * ids.length)]!)!;
          host.leave(member.id);
          gone.push(member);
        }
        if (random() < 0.5) await host.wait(random() * 1500);
      }
      await host.until(() => allHear(host));
      await host.wait(7000);
      expect(await allHear(host)).toBe(true);
      for (const [id, frame] of before)
        for (const newcomer of came) expect(await newcomer.opens(id, frame)).toBe(false);
      for (const sender of host.members.values()) {
        const frame = await sender.frame();
        for (const member of gone) expect(await member.opens(sender.id, frame)).toBe(false);
      }
    }
    expect(gone.length).toBeGreaterThan(1);
  },
  90_000,
);

test('[CE8] 40 participants who come at once cost each a letter for every other, not for every change', async () => {
  const host = new TestHost();
  for (let n = 0; n < 40; n += 1) await host.join(`person-${n}`);
  await host.until(() =>
    [...host.members.values()].every(({ ring }) => ring.peers.every(({ received }) => received !== null)),
  );
  await host.until(() => allHear(host));
  // A greeting each, and to each other one a letter or two.
  expect(host.posts).toBeLessThan(40 + 40 * 39 * 2);
});
