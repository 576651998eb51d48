import type { MessageForm, OutlinedMessage } from './message.ts';
import type { KnownPost } from './planned.ts';

/** So many posts that are here already tell whether they are of this forum. */
const ENOUGH = 20;

/** The ids of posts that go by the numbers of a forum. */
export const forumId = (number: string, scope: string): string => `${number}@${scope}.forum.invalid`;

/** The same form with the next scope that nobody has used, perhaps; see {@link ForumEvidence}. */
export function nextScope(form: MessageForm, attempt: number): MessageForm {
  return form.kind === 'line' ? { ...form, scope: `${form.scope}-${attempt}` } : form;
}

/**
 * [AR21] Tells whether the posts that are here under the numbers of an archive are those of another forum: the numbers
 * count from 1 in each, and two files may have the same name. Posts of the same forum have the same dates.
 */
export class ForumEvidence {
  readonly #end: string | null;
  readonly #known: (ids: string[]) => Promise<ReadonlyMap<string, KnownPost>>;
  readonly #nowMs: number;
  #same = 0;
  #other = 0;

  constructor(
    form: MessageForm,
    known: (ids: string[]) => Promise<ReadonlyMap<string, KnownPost>>,
    nowMs: number,
  ) {
    this.#end = form.kind === 'line' ? forumId('', form.scope) : null;
    this.#known = known;
    this.#nowMs = nowMs;
  }

  get isOtherForum(): boolean {
    return this.#other > this.#same;
  }

  /** Looks at a batch. Resolves to whether the evidence is enough. */
  async add(outlines: readonly OutlinedMessage[]): Promise<boolean> {
    const end = this.#end;
    if (end === null || this.#isEnough) return this.#isEnough;
    const dates = new Map<string, number>();
    for (const one of outlines) {
      if (!one.ok || !one.outline.messageId.endsWith(end)) continue;
      // A later date is not stored as it is.
      const { messageId, date } = one.outline;
      if (date !== null && date <= this.#nowMs) dates.set(messageId, Math.floor(date));
    }
    const held = await this.#known([...dates.keys()]);
    for (const [messageId, date] of dates) {
      const post = held.get(messageId);
      if (post === undefined) continue;
      if (post.date === date) this.#same += 1;
      else this.#other += 1;
    }
    return this.#isEnough;
  }

  get #isEnough(): boolean {
    return this.#same + this.#other >= ENOUGH;
  }
}
