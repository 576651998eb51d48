import {
  GREETING_PATH,
  GreetingAnswer,
  proofOf,
  randomSecret,
  Session,
  SESSION_PATH,
  subprotocolOf,
} from '../../contract/session.ts';

const SESSION_KEY = 'impulse.session';

/** Why a page does not get in: the host does not know its session, cannot prove that it is the host, or does not answer. */
export type Refused = 'denied' | 'unproven' | 'lost';

/** Sends JSON to the host; resolves to the status and the JSON of the answer, and rejects if there is no answer. */
export type Post = (path: string, body: unknown) => Promise<{ status: number; body: unknown }>;

/** How long the host may take for an answer. */
const ANSWER_MS = 10_000;

export const postToHost: Post = async (path, body) => {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    cache: 'no-store',
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const answer: unknown = response.ok ? await response.json().catch(() => null) : null;
  return { status: response.status, body: answer };
};

/**
 * Takes the code out of the address (`#code=…`) and cleans the address, so that the code is in no bookmark, history or
 * screenshot.
 */
export function takeCode(
  location: Pick<Location, 'hash' | 'pathname' | 'search'>,
  history: Pick<History, 'state'> & { replaceState(state: unknown, title: string, url: string): void },
): string | null {
  const code = /^#(?:.*&)?code=([A-Za-z0-9_-]{43})/.exec(location.hash)?.[1];
  if (code === undefined) return null;
  history.replaceState(history.state, '', `${location.pathname}${location.search}`);
  return code;
}

/** The session of this page, by the exchange that `contract/session.ts` describes. Kept for the tab. */
export class PageSession {
  #code: string | null;
  /** The exchange that is under way: a code works once. */
  #beginning: Promise<Refused | null> | null = null;
  readonly #storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  readonly #post: Post;

  constructor(
    code: string | null,
    storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
    post: Post = postToHost,
  ) {
    this.#code = code;
    this.#storage = storage;
    this.#post = post;
  }

  /** The subprotocol that opens one connection, or why there is none. */
  async subprotocol(): Promise<{ protocol: string } | { refused: Refused }> {
    try {
      return await this.#subprotocol();
    } catch {
      return { refused: 'lost' };
    }
  }

  /** Takes the code of another address that was opened in this tab. */
  take(code: string): void {
    this.#code = code;
  }

  async #subprotocol(): Promise<{ protocol: string } | { refused: Refused }> {
    if (this.#code !== null) {
      this.#beginning ??= this.#begin(this.#code).finally(() => (this.#beginning = null));
      const refused = await this.#beginning;
      if (refused !== null) return { refused };
    }
    const held = this.#stored();
    return held === null ? { refused: 'denied' } : this.#greet(held);
  }

  async #greet({ session, key }: Session): Promise<{ protocol: string } | { refused: Refused }> {
    const pageNonce = randomSecret();
    const { status, body } = await this.#post(GREETING_PATH, { session, nonce: pageNonce });
    // The host says to wait only to those whose session it does not know.
    if (status === 401 || status === 429) {
      this.#storage.removeItem(SESSION_KEY);
      return { refused: 'denied' };
    }
    if (status >= 500) return { refused: 'lost' };
    const answer = GreetingAnswer.safeParse(body);
    if (!answer.success) return { refused: 'unproven' };
    const { nonce: hostNonce, proof } = answer.data;
    const proven = { session, pageNonce, hostNonce };
    if (proof !== (await proofOf(key, { by: 'host', ...proven }))) return { refused: 'unproven' };
    return { protocol: subprotocolOf(session, hostNonce, await proofOf(key, { by: 'page', ...proven })) };
  }

  /** Exchanges a code for a session; resolves to why that failed, or null. */
  async #begin(code: string): Promise<Refused | null> {
    const { status, body } = await this.#post(SESSION_PATH, { code });
    if (status >= 500) return 'lost';
    this.#code = null;
    // A session of an earlier address may still work.
    if (status === 401 || status === 429) return null;
    const session = Session.safeParse(body);
    if (!session.success) return 'unproven';
    this.#storage.setItem(SESSION_KEY, JSON.stringify(session.data));
    return null;
  }

  #stored(): Session | null {
    try {
      return Session.safeParse(JSON.parse(this.#storage.getItem(SESSION_KEY) ?? 'null')).data ?? null;
    } catch {
      return null;
    }
  }
}
