/** The rest of a subject without the prefixes and tags of mail programs and lists. */
interface ThreadSubject {
  /** Lower case, single spaces; empty if nothing remains. */
  readonly base: string;
  /** Whether it was marked as a reply. */
  readonly reply: boolean;
}

const MAX_CHARS = 300;
/** "Re" as mail programs of different languages write it, in a line without runs of blanks. */
const REPLY = /^(?:re|aw|antw|antwort|sv|odp|ynt|rif|res) ?(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})? ?: ?/i;
const FORWARD = /^(?:fw|fwd|wg|tr|vs) ?: ?/i;
const MAX_TAG_CHARS = 60;

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
    rest = withoutTag(rest.replace(FORWARD, ''));
    if (rest === before) break;
  }
  return { base: rest.trim().toLowerCase(), reply };
}

/** A subject without the tag of a list at its start: "[list] ". */
function withoutTag(subject: string): string {
  if (!subject.startsWith('[')) return subject;
  const end = subject.indexOf(']');
  const nested = subject.indexOf('[', 1);
  const isTag = end > 1 && end <= MAX_TAG_CHARS + 1 && (nested < 0 || nested > end);
  return isTag ? subject.slice(end + 1).trimStart() : subject;
}
