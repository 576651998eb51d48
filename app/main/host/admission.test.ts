import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { GREETING_PATH, randomSecret, SESSION_PATH } from '../../contract/session.ts';
import { systemClock } from '../kernel/clock.ts';
import { silentLogger } from '../kernel/logger.ts';
import { startHost, type Host } from './host.ts';
import { plainHost, TestHosts } from './test-hosts.ts';
import { beginSession, codeOf, knock, post, protocolOf, raw } from './test-page.ts';

let host: Host;
const hosts = new TestHosts();
beforeAll(async () => {
  host = await startHost(plainHost);
});
afterEach(() => hosts.end());
afterAll(() => host.stop());

/** A clock whose limits never run out: every attempt counts as a minute after the one before it. */
function endless() {
  let now = Date.now();
  return { ...systemClock, now: () => (now += 1000) };
}

describe('admission', () => {
  const enters = async (on: Host, headers: Record<string, string> = {}) =>
    knock(on, { protocols: [await protocolOf(on, await beginSession(on))], headers });

  test('a page that exchanged its code for a session, and proves it', async () => {
    expect(await enters(host)).toBe(101);
    expect(await enters(host, { origin: host.url })).toBe(101);
  });

  test('a code works once, and not after five minutes', async () => {
    let now = Date.now();
    const timed = await hosts.start({ clock: { ...systemClock, now: () => now } });
    const code = codeOf(timed);
    expect((await post(timed, SESSION_PATH, { code })).status).toBe(200);
    expect((await post(timed, SESSION_PATH, { code })).status).toBe(401);
    const late = codeOf(timed);
    now += 5 * 60_000 + 1;
    expect((await post(timed, SESSION_PATH, { code: late })).status).toBe(401);
  });

  test('a proof opens one connection, and soon', async () => {
    let now = Date.now();
    const timed = await hosts.start({ clock: { ...systemClock, now: () => now } });
    const session = await beginSession(timed);
    const protocol = await protocolOf(timed, session);
    expect(await knock(timed, { protocols: [protocol] })).toBe(101);
    expect(await knock(timed, { protocols: [protocol] })).toBe(401);
    const late = await protocolOf(timed, session);
    now += 10_001;
    expect(await knock(timed, { protocols: [late] })).toBe(401);
  });

  test('nobody without the key of the session: a proof that differs anywhere counts for nothing', async () => {
    const guarded = await hosts.start({ clock: endless() });
    const session = await beginSession(guarded);
    for (const at of [0, 21, 42]) {
      const parts = (await protocolOf(guarded, session)).split('.');
      const proof = parts[3]!;
      // The last letter has two bits that mean nothing.
      const other = proof[at] === 'A' ? 'Q' : 'A';
      parts[3] = proof.slice(0, at) + other + proof.slice(at + 1);
      expect(await knock(guarded, { protocols: [parts.join('.')] })).toBe(401);
    }
    const stranger = { ...session, key: randomSecret() };
    await expect(protocolOf(guarded, stranger)).rejects.toThrow('did not prove itself');
    expect(await knock(guarded, { protocols: ['impulse.short'] })).toBe(401);
    expect(await knock(guarded)).toBe(401);
  });

  test('sessions end with the host, and another host cannot prove that it is the first', async () => {
    const first = await hosts.start({});
    const session = await beginSession(first);
    const second = await hosts.start({});
    expect(
      (await post(second, GREETING_PATH, { session: session.session, nonce: randomSecret() })).status,
    ).toBe(401);
  });

  test('not a page of another site, even with the right proof', async () => {
    for (const origin of ['https://evil.example', 'null', `${host.url}.evil.example`, 'http://127.0.0.1:1']) {
      expect(await enters(host, { origin })).toBe(403);
      const answer = await fetch(`${host.url}${SESSION_PATH}`, {
        method: 'POST',
        headers: { origin },
        body: JSON.stringify({ code: codeOf(host) }),
      });
      expect(answer.status).toBe(403);
    }
  });

  test('not under a foreign name that resolves to this machine', async () => {
    const headers = { host: 'evil.example' };
    expect(await enters(host, headers)).toBe(421);
    expect((await raw(host, '/', headers)).status).toBe(421);
    expect((await raw(host, '/', { host: `127.0.0.1.evil.example:${host.port}` })).status).toBe(421);
  });

  test('after many wrong attempts the answer is to wait, but the owner still gets in; few of them are logged', async () => {
    let logged = 0;
    const guarded = await hosts.start({ logger: { ...silentLogger, warn: () => void logged++ } });
    for (let failures = 0; failures < 10; failures += 1) {
      expect((await post(guarded, SESSION_PATH, { code: randomSecret() })).status).toBe(401);
    }
    for (let failures = 0; failures < 30; failures += 1) {
      expect((await post(guarded, SESSION_PATH, { code: randomSecret() })).status).toBe(429);
    }
    expect(logged).toBe(10);
    expect(await enters(guarded)).toBe(101);
  });

  test.each(['', '{', '[]', '{"code":1}', `{"code":"${'A'.repeat(43)}","more":1}`, `"${'x'.repeat(5000)}"`])(
    'the request %j for a session is refused',
    async (body) => {
      expect((await post(host, SESSION_PATH, body)).status).toBe(400);
      expect((await post(host, GREETING_PATH, body)).status).toBe(400);
    },
  );

  test('only at one path', async () => {
    const protocols = [await protocolOf(host, await beginSession(host))];
    expect(await knock(host, { protocols, path: '/other' })).toBe(404);
  });
});
