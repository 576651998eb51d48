import type * as contract from '../../contract/index.ts';
import { equalBytes } from '../kernel/bytes.ts';
import { cidOf } from '../kernel/cid.ts';
import type { Database } from '../kernel/database.ts';
import type { Signer } from '../kernel/signer.ts';
import { bodyOf } from '../log/event.ts';
import type { Committed } from '../log/commit-listeners.ts';
import type { Log } from '../log/log.ts';
import type { Gate, HoldChange } from '../moderation/index.ts';
import type { Here, PresenceService } from '../presence/index.ts';
import { chatKinds, MAX_LINE, type ChatSay } from './kinds.ts';
import { problem } from './problems.ts';

export interface ChatInit {
  readonly db: Database;
  readonly log: Log;
  readonly signer: Signer;
  readonly person: (key: Uint8Array) => contract.Person;
  readonly presence: Pick<PresenceService, 'online' | 'callers' | 'doing' | 'onChange'>;
  /** Lines are judged before they are signed. */
  readonly gate: Pick<Gate, 'own'>;
  /** Why a line is not shown to everybody; null if it is. */
  readonly held: (n: number) => contract.Hold | null;
}

interface LineRow {
  n: number;
  at: number;
  time: number;
  id: Uint8Array;
  key: Uint8Array;
  bytes: Uint8Array;
}

/** [J16] Of hidden lines, only one's own are listed. */
const LINE = `SELECT c.n, c.at, c.time, e.id, a.key, e.bytes FROM chat_line c
  JOIN event e ON e.seq = c.n JOIN author a ON a.n = c.author LEFT JOIN held_item h ON h.n = c.n
  WHERE (h.hidden IS NOT 1 OR h.own = 1)`;

export type Chat = ReturnType<typeof createChat>;

/** The chat room: lines of the log, who is online, and who called last. */
export function createChat(init: ChatInit) {
  const { db, log, signer, person, presence } = init;
  const lineListeners = new Set<(line: contract.ChatLine) => void>();
  let stops: (() => void)[] = [];

  const presenceOf = ({ author, node, doing, idleMs, since }: Here): contract.Presence => ({
    person: person(author),
    node,
    doing,
    idleMs,
    since,
    here: equalBytes(author, signer.publicKey),
  });

  const online = (): contract.Presence[] => presence.online().map(presenceOf);

  const lineOf = ({ n, at, id, key, bytes }: LineRow): contract.ChatLine => {
    const { text, me } = bodyOf<ChatSay>(bytes);
    return {
      id: cidOf(id),
      at,
      author: person(key),
      text,
      kind: me ? 'me' : 'say',
      mine: equalBytes(key, signer.publicKey),
      held: init.held(n),
    };
  };

  const tellLine = (n: number) => {
    if (lineListeners.size === 0) return;
    const row = db.prepare<LineRow>(`${LINE} AND c.n = ?`).get(n);
    if (!row) return;
    const line = lineOf(row);
    for (const listener of lineListeners) listener(line);
  };

  /** Lines by others are reported once they have passed the gate. */
  const onCommit = (batch: readonly Committed[]) => {
    for (const { event, seq, origin } of batch) {
      if (event.kind === chatKinds.say.name && origin === 'own') tellLine(seq);
    }
  };

  return {
    start(): void {
      if (stops.length > 0) return;
      stops = [log.onCommit(onCommit)];
    },

    stop(): void {
      for (const stop of stops.splice(0)) stop();
    },

    /** Lines were shown or hidden. */
    holdsChanged(changes: readonly HoldChange[]): void {
      for (const { n, shown, live } of changes) if (shown && live) tellLine(n);
    },

    /**
     * Says a line; "/me waves" becomes an action.
     * Throws a Problem `empty-line`, `line-too-long`, `held-back`, `not-a-member` or `out-of-role`.
     */
    async say(text: string, askReview = false): Promise<contract.Outputs['chat']['say']> {
      const said = lineFrom(text);
      if (said.text === '') throw problem('empty-line');
      if (said.text.length > MAX_LINE) {
        throw problem('line-too-long', { most: MAX_LINE });
      }
      const passed = await init.gate.own({
        text: said.text,
        shownAt: [0, said.text.length],
        kind: 'chat',
        board: null,
        askReview,
      });
      const [line] = log.appendAll(signer, passed.drafts({ kind: chatKinds.say.name, body: said }));
      return { id: cidOf(line!.id), decision: passed.decision };
    },

    /**
     * A page of lines, the newest last; the cursor pages back to older ones. Throws a Problem `bad-cursor`.
     */
    lines({
      cursor,
      limit,
    }: {
      cursor?: string | undefined;
      limit: number;
    }): contract.Outputs['chat']['lines'] {
      const [time, n] = cursor === undefined ? [Number.MAX_SAFE_INTEGER, 0] : placeOf(cursor);
      const rows = db
        .prepare<LineRow>(`${LINE} AND (c.time, c.n) < (?, ?) ORDER BY c.time DESC, c.n DESC LIMIT ?`)
        .all(time, n, limit + 1);
      const items = rows.slice(0, limit);
      const oldest = items.at(-1);
      return {
        items: items.reverse().map(lineOf),
        next: rows.length > limit && oldest ? `${oldest.time}.${oldest.n}` : null,
        // Counting all lines would cost more with each of them.
        total: null,
      };
    },

    /** Calls back with lines as they arrive, except older ones from catch-up; returns how to stop. */
    watch(listener: (line: contract.ChatLine) => void): () => void {
      lineListeners.add(listener);
      return () => lineListeners.delete(listener);
    },

    online,

    /** Calls back with the whole list at once, then again whenever it changes; returns how to stop. */
    watchOnline(listener: (online: contract.Presence[]) => void): () => void {
      listener(online());
      return presence.onChange(() => listener(online()));
    },

    /** The last callers, the newest first. */
    callers: (limit: number): contract.Outputs['chat']['callers'] =>
      presence
        .callers(limit)
        .map(({ author, node, at, leftAt }) => ({ person: person(author), node, at, leftAt })),

    doing: presence.doing,
  };
}

function lineFrom(text: string): ChatSay {
  const action = /^\/me\s+(\S.*)$/s.exec(text.trim());
  return action ? { text: action[1]!, me: true } : { text: text.trim(), me: false };
}

function placeOf(cursor: string): [number, number] {
  const match = /^(\d{1,16})\.(\d{1,16})$/.exec(cursor);
  if (!match) throw problem('bad-cursor');
  return [Number(match[1]), Number(match[2])];
}
