import { expect, test } from 'vitest';
import {
  GREETING_PATH,
  proofOf,
  randomSecret,
  SESSION_PATH,
  subprotocolParts,
} from '../../contract/session.ts';
import { PageSession, takeCode, type Post } from './page-session.ts';

function storage(first?: string) {
  const held = new Map<string, string>(first === undefined ? [] : [['impulse.session', first]]);
  return {
    held,
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, value: string) => void held.set(key, value),
    removeItem: (key: string) => void held.delete(key),
  };
}

/** A host with one session, whose code works once. */
function host(code: string) {
  const session = { session: randomSecret(), key: randomSecret() };
  const posted: { path: string; body: unknown }[] = [];
  const state = { code: code as string | null, key: session.key, isDown: false, knows: true };
  const post: Post = async (path, body) => {
    posted.push({ path, body });
    if (state.isDown) throw new TypeError('fetch failed');
    if (path === SESSION_PATH) {
      const isRight = state.code !== null && (body as { code: string }).code === state.code;
      state.code = null;
      return isRight ? { status: 200, body: session } : { status: 401, body: null };
    }
    if (!state.knows) return { status: 401, body: null };
    const { nonce: pageNonce } = body as { nonce: string };
    const hostNonce = randomSecret();
    const proof = await proofOf(state.key, { by: 'host', session: session.session, pageNonce, hostNonce });
    return { status: 200, body: { nonce: hostNonce, proof } };
  };
  return { session, posted, state, post };
}

test('the code is taken out of the address', () => {
  const replaced: string[] = [];
  const history = { state: null, replaceState: (_: unknown, __: string, url: string) => replaced.push(url) };
  const at = (hash: string) => ({ hash, pathname: '/', search: '' });
  const code = randomSecret();
  expect(takeCode(at(`#code=${code}`), history)).toBe(code);
  expect(replaced).toEqual(['/']);
  expect(takeCode(at('#/boards'), history)).toBeNull();
  expect(replaced).toHaveLength(1);
});

test('a code becomes a session, which later connections and a reloaded tab use; its key is never sent', async () => {
  const code = randomSecret();
  const { session, posted, post } = host(code);
  const kept = storage();
  const page = new PageSession(code, kept, post);
  const first = await page.subprotocol();
  const second = await page.subprotocol();
  const reloaded = await new PageSession(null, kept, post).subprotocol();
  for (const answer of [first, second, reloaded]) {
    const parts = subprotocolParts('protocol' in answer ? answer.protocol : '');
    expect(parts?.session).toBe(session.session);
  }
  expect(posted.map(({ path }) => path)).toEqual([
    SESSION_PATH,
    ...Array.from({ length: 3 }, () => GREETING_PATH),
  ]);
  expect(JSON.stringify(posted)).not.toContain(session.key);
  expect(JSON.stringify([first, second, reloaded])).not.toContain(session.key);
});

test('what cannot prove that it is the host gets no proof, and the session is kept for the host', async () => {
  const code = randomSecret();
  const { state, post } = host(code);
  const kept = storage();
  const page = new PageSession(code, kept, post);
  await page.subprotocol();
  state.key = randomSecret();
  expect(await page.subprotocol()).toEqual({ refused: 'unproven' });
  expect(kept.held.size).toBe(1);
  for (const body of [null, {}, { nonce: 'x', proof: 'y' }, 'text']) {
    const odd = new PageSession(null, kept, () => Promise.resolve({ status: 200, body }));
    expect(await odd.subprotocol()).toEqual({ refused: 'unproven' });
  }
});

test('a session that the host does not know is forgotten; without one, and with a used code, the page is denied', async () => {
  const code = randomSecret();
  const { state, post } = host(code);
  const kept = storage();
  const page = new PageSession(code, kept, post);
  await page.subprotocol();
  state.knows = false;
  expect(await page.subprotocol()).toEqual({ refused: 'denied' });
  expect(kept.held.size).toBe(0);
  expect(await new PageSession(code, kept, post).subprotocol()).toEqual({ refused: 'denied' });
  expect(await new PageSession(null, storage('{"session":1}'), post).subprotocol()).toEqual({
    refused: 'denied',
  });
});

test.each([
  [503, 'lost'],
  [404, 'unproven'],
  [405, 'unproven'],
] as const)('an answer %i to the code is %s', async (status, refused) => {
  const page = new PageSession(randomSecret(), storage(), () => Promise.resolve({ status, body: null }));
  expect(await page.subprotocol()).toEqual({ refused });
});

test('two attempts at once exchange the code once, and another address in the same tab is taken', async () => {
  const code = randomSecret();
  const { posted, state, post } = host(code);
  const page = new PageSession(code, storage(), post);
  const [one, two] = await Promise.all([page.subprotocol(), page.subprotocol()]);
  expect(['protocol' in one, 'protocol' in two]).toEqual([true, true]);
  expect(posted.filter(({ path }) => path === SESSION_PATH)).toHaveLength(1);
  state.knows = false;
  expect(await page.subprotocol()).toEqual({ refused: 'denied' });
  state.knows = true;
  state.code = randomSecret();
  page.take(state.code);
  expect(await page.subprotocol()).toHaveProperty('protocol');
});

test('a host that is down is lost, and its code still works once it is back', async () => {
  const code = randomSecret();
  const { state, post } = host(code);
  state.isDown = true;
  const page = new PageSession(code, storage(), post);
  expect(await page.subprotocol()).toEqual({ refused: 'lost' });
  state.isDown = false;
  expect(await page.subprotocol()).toMatchObject({ protocol: expect.stringContaining('impulse.') as string });
});
