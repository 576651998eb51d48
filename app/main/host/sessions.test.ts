import { expect, test } from 'vitest';
import { proofOf, randomSecret, type Session } from '../../contract/session.ts';
import { VirtualClock } from '../platform/memory/clock.ts';
import { Sessions } from './sessions.ts';

function opened() {
  const clock = new VirtualClock(1_000_000);
  const sessions = new Sessions(clock);
  /** Whether a page with a session is let in, `later` milliseconds after the greeting. */
  const enters = async ({ session, key }: Session, later = 0) => {
    const pageNonce = randomSecret();
    const greeting = await sessions.greet(session, pageNonce);
    if (greeting === null) return null;
    const proven = { session, pageNonce, hostNonce: greeting.nonce };
    expect(greeting.proof).toBe(await proofOf(key, { by: 'host', ...proven }));
    await clock.pass(later);
    return sessions.proves(session, greeting.nonce, await proofOf(key, { by: 'page', ...proven }));
  };
  return { clock, sessions, enters, begun: () => sessions.begin(sessions.code())! };
}

test('a code works for five minutes, once', async () => {
  const { clock, sessions } = opened();
  const [code, late] = [sessions.code(), sessions.code()];
  await clock.pass(5 * 60_000);
  expect(sessions.begin(code)).not.toBeNull();
  expect(sessions.begin(code)).toBeNull();
  await clock.pass(1);
  expect(sessions.begin(late)).toBeNull();
  expect(sessions.begin(randomSecret())).toBeNull();
});

test('a page has ten seconds from the greeting to its connection', async () => {
  const { enters, begun } = opened();
  const session = begun();
  expect(await enters(session, 10_000)).toBe(true);
  expect(await enters(session, 10_001)).toBe(false);
});

test('a proof counts only for the session that was greeted, and only once', async () => {
  const { sessions, begun } = opened();
  const [mine, other] = [begun(), begun()];
  const pageNonce = randomSecret();
  const { nonce } = (await sessions.greet(mine.session, pageNonce))!;
  const proof = (of: Session, by: 'page' | 'host' = 'page') =>
    proofOf(of.key, { by, session: of.session, pageNonce, hostNonce: nonce });
  expect(await sessions.proves(other.session, nonce, await proof(other))).toBe(false);
  expect(await sessions.proves(mine.session, nonce, await proof(mine))).toBe(false);
  const again = (await sessions.greet(mine.session, pageNonce))!;
  expect(await sessions.proves(mine.session, again.nonce, again.proof)).toBe(false);
  const short = (await sessions.greet(mine.session, pageNonce))!;
  expect(await sessions.proves(mine.session, short.nonce, '')).toBe(false);
  expect(await sessions.greet(randomSecret(), pageNonce)).toBeNull();
});

test('sixteen codes are known at a time; the oldest is forgotten first', () => {
  const { sessions } = opened();
  const codes = Array.from({ length: 17 }, () => sessions.code());
  expect(codes.map((code) => sessions.begin(code) !== null)).toEqual([false, ...Array(16).fill(true)]);
});

test('64 sessions are known at a time; one that is used stays before others', async () => {
  const { enters, begun } = opened();
  const sessions = Array.from({ length: 64 }, begun);
  expect(await enters(sessions[0]!)).toBe(true);
  begun();
  expect(await enters(sessions[0]!)).toBe(true);
  expect(await enters(sessions[1]!)).toBeNull();
  expect(await enters(sessions[2]!)).toBe(true);
});

test('256 greetings are known at a time', async () => {
  const { sessions, begun } = opened();
  const { session, key } = begun();
  const pageNonce = randomSecret();
  const nonces: string[] = [];
  for (let n = 0; n < 257; n++) nonces.push((await sessions.greet(session, pageNonce))!.nonce);
  const proves = async (hostNonce: string) =>
    sessions.proves(session, hostNonce, await proofOf(key, { by: 'page', session, pageNonce, hostNonce }));
  expect(await Promise.all(nonces.slice(0, 2).map(proves))).toEqual([false, true]);
});
