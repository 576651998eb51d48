import { ModerationRules, type ModerationList } from '../../contract/moderation.ts';
import type { Database } from '../kernel/database.ts';
import { toHex } from '../kernel/bytes.ts';
import type { Problem } from '../kernel/errors.ts';
import { reaches } from '../kernel/roles.ts';
import type { Finding, Scrutiny } from './decision.ts';
import { DEFAULT_LIMITS, Limits, type LimitSettings } from './limits.ts';
import { findListed, importList, type BlockList } from './lists.ts';
import { Normaliser } from './normalise.ts';
import type { Author } from './ports.ts';
import { problem } from './problems.ts';

const DAY_MS = 86_400_000;
const RULES = 'moderation.rules';
const MAX_LISTS = 50;

/** The default rules. */
export const DEFAULT_RULES: ModerationRules = {
  perMinute: DEFAULT_LIMITS.perWindow,
  perMinuteNew: DEFAULT_LIMITS.perWindowNew,
  sameText: DEFAULT_LIMITS.sameText,
  links: DEFAULT_LIMITS.links,
  linksNew: DEFAULT_LIMITS.linksNew,
  newForDays: DEFAULT_LIMITS.newForMs / DAY_MS,
  newUntilMessages: DEFAULT_LIMITS.newUntilMessages,
  flood: DEFAULT_LIMITS.flood,
  trustedRole: 'moderator',
  trustedAfterDays: 30,
  trustedAfterMessages: 50,
  importRole: 'moderator',
  deadlineMs: 5000,
};

/** A message with the fields that rules need. */
export interface RuledMessage {
  readonly text: string;
  readonly author: Uint8Array;
  /** When its author signed it, in milliseconds. */
  readonly atMs: number;
  readonly about: Author;
  /** By its author's own word, which grants nothing [J31]. */
  readonly imported: boolean;
  /** Signed by this node's person. */
  readonly isMine: boolean;
}

interface ListRow {
  id: string;
  name: string;
  kind: ModerationList['kind'];
  decision: ModerationList['decision'];
  active: number;
  added_at: number;
  entries: string;
}

/** Rules of an earlier release lack some. */
const KeptRules = ModerationRules.partial();

/** Rules beside the models: limits, lists and trust, as this node's person set them. */
export class Rulebook {
  readonly #db: Database;
  readonly #limits = new Limits();
  /** Made when a list first needs it: its tables take a while. */
  #normaliser: Normaliser | null = null;
  #rules: ModerationRules;
  #lists: readonly BlockList[] = [];

  constructor(db: Database) {
    this.#db = db;
    const kept = db.prepare<{ value: string }>('SELECT value FROM meta WHERE key = ?').get(RULES);
    const parsed = KeptRules.safeParse(kept ? JSON.parse(kept.value) : {});
    this.#rules = { ...DEFAULT_RULES, ...(parsed.data && defined(parsed.data)) };
    this.#limits.set(limitsOf(this.#rules));
    this.#readLists();
  }

  get rules(): ModerationRules {
    return this.#rules;
  }

  /** Changes some of the rules; earlier judgements stay as they are. */
  setRules(changes: Partial<ModerationRules>): ModerationRules {
    const rules = { ...this.#rules, ...defined(changes) };
    this.#db
      .prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)')
      .run(RULES, JSON.stringify(rules));
    this.#rules = rules;
    this.#limits.set(limitsOf(rules));
    return rules;
  }

  /** The findings of the rules for a message, which counts towards the limits from now on. */
  findings(message: RuledMessage): Finding[] {
    const { text, author, atMs, about } = message;
    const listed = this.listed(text);
    if (about.role === 'sysop' || this.#mayImport(message)) return listed;
    const { joinedMs, messages } = about;
    return [...this.#limits.findings({ author: toHex(author), text, atMs, joinedMs, messages }), ...listed];
  }

  /** [J31] Whether it is imported, and its author may import without limits. */
  #mayImport({ imported, isMine, about }: RuledMessage): boolean {
    return imported && (isMine || reaches(about.role, this.#rules.importRole));
  }

  /** The findings of the lists alone for a text. */
  listed(text: string): Finding[] {
    if (this.#lists.length === 0) return [];
    this.#normaliser ??= new Normaliser();
    const normalised = this.#normaliser.message(text);
    return this.#lists.flatMap((list) => findListed(list, text, normalised));
  }

  /**
   * [J17] How strictly a message is judged. `held`: how many of its author's messages are held or were
   * removed.
   */
  scrutiny({ atMs, about, imported }: RuledMessage, held: () => number): Scrutiny {
    if (imported) return 'full';
    if (about.role === 'sysop') return 'none';
    const { trustedRole, trustedAfterDays, trustedAfterMessages } = this.#rules;
    if (reaches(about.role, trustedRole)) return 'trusted';
    const isKnown =
      atMs - about.joinedMs >= trustedAfterDays * DAY_MS && about.messages >= trustedAfterMessages;
    return isKnown && held() === 0 ? 'trusted' : 'full';
  }

  lists(): ModerationList[] {
    return this.#rows().map(listOf);
  }

  /**
   * Imports a list; one with words and domains becomes two.
   * @returns how many lines were neither.
   * @throws Problem `list-empty` or `too-many-lists`
   */
  importList(
    list: { name: string; text: string; decision: ModerationList['decision'] },
    { id, nowMs }: { id: string; nowMs: number },
  ): number {
    const { words, domains, refused } = importList(list.text);
    if (words.length + domains.length === 0) {
      throw problem('list-empty');
    }
    if (this.#rows().length >= MAX_LISTS) {
      throw problem('too-many-lists', { most: MAX_LISTS });
    }
    const insert = this.#db.prepare(
      'INSERT INTO moderation_list (id, name, kind, decision, active, added_at, entries) VALUES (?, ?, ?, ?, 1, ?, ?)',
    );
    this.#db.transaction(() => {
      for (const [kind, entries] of [
        ['words', words],
        ['domains', domains],
      ] as const) {
        if (entries.length > 0)
          insert.run(`${id}-${kind}`, list.name, kind, list.decision, nowMs, entries.join('\n'));
      }
    });
    this.#readLists();
    return refused.length;
  }

  /** Throws a Problem `list-unknown`. */
  setList({
    id,
    on,
    decision,
  }: {
    id: string;
    on?: boolean | undefined;
    decision?: ModerationList['decision'] | undefined;
  }): void {
    const { changes } = this.#db
      .prepare(
        'UPDATE moderation_list SET active = COALESCE(?, active), decision = COALESCE(?, decision) WHERE id = ?',
      )
      .run(on === undefined ? null : on ? 1 : 0, decision ?? null, id);
    if (changes === 0) throw listUnknown();
    this.#readLists();
  }

  /** Throws a Problem `list-unknown`. */
  removeList(id: string): void {
    const { changes } = this.#db.prepare('DELETE FROM moderation_list WHERE id = ?').run(id);
    if (changes === 0) throw listUnknown();
    this.#readLists();
  }

  #rows(): ListRow[] {
    return this.#db.prepare<ListRow>('SELECT * FROM moderation_list ORDER BY added_at, id').all();
  }

  #readLists(): void {
    const none: ReadonlySet<string> = new Set();
    this.#lists = this.#rows()
      .filter(({ active }) => active === 1)
      .map(({ kind, decision, entries }) => {
        const set = new Set(entries.split('\n'));
        return { words: kind === 'words' ? set : none, domains: kind === 'domains' ? set : none, decision };
      });
  }
}

function listUnknown(): Problem {
  return problem('list-unknown');
}

function listOf(row: ListRow): ModerationList {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    entries: row.entries.split('\n').length,
    decision: row.decision,
    addedAt: row.added_at,
    on: row.active === 1,
  };
}

function limitsOf(rules: ModerationRules): LimitSettings {
  return {
    perWindow: rules.perMinute,
    perWindowNew: rules.perMinuteNew,
    windowMs: DEFAULT_LIMITS.windowMs,
    sameText: rules.sameText,
    links: rules.links,
    linksNew: rules.linksNew,
    newForMs: rules.newForDays * DAY_MS,
    newUntilMessages: rules.newUntilMessages,
    flood: rules.flood,
  };
}

function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
