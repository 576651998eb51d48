/** The rest of a subject without the prefixes and tags of mail programs and lists. */
interface ThreadSubject {
  /** Lower case, single spaces; empty if nothing remains. */
  readonly base: string;
  /** Whether it was marked as a reply. */
  readonly reply: boolean;
}

const MAX_CHARS = 300;
/** "Re" as mail programs of different languages write it. */
const REPLY = /^(?:re|aw|antw|antwort|sv|odp|ynt|rif|res)\s*(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?\s*:\s*/i;
const FORWARD = /^(?:fw|fwd|wg|tr|vs)\s*:\s*/i;
const TAG = /^\[[^\][]{1,60}\]\s*/;

/** "Re: [list] AW: Hello" and "Hello" have the same base. */
export function threadSubject(subject: string): ThreadSubject {
  let rest = subject.slice(0, MAX_CHARS).replace(/\s+/g, ' ').trim();
  let reply = false;
  for (;;) {
    const before = rest;
    rest = rest.replace(REPLY, () => {
      reply = true;
      return '';
    });
    rest = rest.replace(FORWARD, '').replace(TAG, '');
    if (rest === before) break;
  }
  return { base: rest.trim().toLowerCase(), reply };
}
