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

export const postToHost: Post = async (path, body) => {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    cache: 'no-store',
  });
  return { status: response.status, body: response.ok ? ((await response.json()) as unknown) : null };
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

  async #subprotocol(): Promise<{ protocol: string } | { refused: Refused }> {
    const held = (await this.#begun()) ?? this.#stored();
    if (held === null) return { refused: 'denied' };
    const { session, key } = held;
    const pageNonce = randomSecret();
    const { status, body } = await this.#post(GREETING_PATH, { session, nonce: pageNonce });
    if (status === 401) {
      this.#storage.removeItem(SESSION_KEY);
      return { refused: 'denied' };
    }
    const answer = GreetingAnswer.safeParse(body);
    if (!answer.success) return { refused: status === 200 ? 'unproven' : 'lost' };
    const { nonce: hostNonce, proof } = answer.data;
    const proven = { session, pageNonce, hostNonce };
    if (proof !== (await proofOf(key, { by: 'host', ...proven }))) return { refused: 'unproven' };
    return { protocol: subprotocolOf(session, hostNonce, await proofOf(key, { by: 'page', ...proven })) };
  }

  /** Exchanges the code of the address; null if there is none, or it no longer works. */
  async #begun(): Promise<Session | null> {
    if (this.#code === null) return null;
    const { status, body } = await this.#post(SESSION_PATH, { code: this.#code });
    const session = Session.safeParse(body);
    // A host that is busy may take it later.
    if (session.success || status === 401) this.#code = null;
    if (!session.success) return null;
    this.#storage.setItem(SESSION_KEY, JSON.stringify(session.data));
    return session.data;
  }

  #stored(): Session | null {
    try {
      return Session.safeParse(JSON.parse(this.#storage.getItem(SESSION_KEY) ?? 'null')).data ?? null;
    } catch {
      return null;
    }
  }
}
