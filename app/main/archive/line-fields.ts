import { forumId } from './forum-scope.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** The names that phpBB, Discourse, NodeBB and their converters give to the fields of a post. */
const NAMES = {
  text: ['text', 'raw', 'body', 'content', 'post_text', 'message', 'markdown'],
  html: ['cooked', 'html', 'content_html', 'body_html'],
  from: [
    'from',
    'author',
    'username',
    'display_username',
    'post_username',
    'poster',
    'user',
    'name',
    'author_name',
  ],
  date: ['date', 'created_at', 'post_time', 'timestamp', 'createdAt', 'posted_at', 'time', 'created'],
  subject: ['subject', 'title', 'topic_title', 'post_subject', 'topic_subject'],
  id: ['post_number', 'id', 'pid', 'post_id', 'guid'],
  parent: ['reply_to_post_number', 'parent', 'parent_id', 'toPid', 'reply_to', 'in_reply_to'],
  topic: ['topic_id', 'tid', 'thread_id', 'topicId', 'thread'],
} as const;
const FORMATTED_TEXT = /^<[rt]>/;

/** Whether a line has the fields of this program's own exports. */
export function hasOwnText(line: JsonObject): boolean {
  return 'text' in line && ('message_id' in line || !('id' in line || 'pid' in line || 'post_id' in line));
}

/**
 * A post of another program's export in the fields of ours, or null if it has no text.
 * @param scope Tells the numbers of one forum from those of another.
 */
export function foreignFields(
  line: JsonObject,
  scope: string,
  toText: (html: string) => string,
): JsonObject | null {
  const text = textOf(line, toText);
  if (text === null) return null;
  const topic = plain(first(line, NAMES.topic));
  const own = plain(first(line, NAMES.id));
  const parent = plain(first(line, NAMES.parent));
  const name = (number: string) => messageId(number, 'post_number' in line ? topic : null, scope);
  const date = first(line, NAMES.date);
  return {
    ...(own === null ? {} : { message_id: name(own) }),
    ...(parent === null || parent === '0' ? {} : { references: [name(parent)] }),
    ...(topic === null ? {} : { topic: `${topic}@${scope}` }),
    subject: plain(first(line, NAMES.subject)) ?? titleOf(line) ?? '',
    from: personOf(first(line, NAMES.from)),
    date: typeof date === 'number' || typeof date === 'string' ? date : null,
    text,
    format: 'raw' in line || 'markdown' in line ? 'markdown' : 'plain',
  };
}

function textOf(line: JsonObject, toText: (html: string) => string): string | null {
  const written = first(line, NAMES.text);
  // phpBB stores its texts as XML whose tags stand around the marks that people typed.
  if (typeof written === 'string') return FORMATTED_TEXT.test(written) ? toText(written) : written;
  const html = first(line, NAMES.html);
  return typeof html === 'string' ? toText(html) : null;
}

function first(line: JsonObject, names: readonly string[]): unknown {
  const name = names.find((one) => line[one] !== undefined && line[one] !== null && line[one] !== '');
  return name === undefined ? null : line[name];
}

function plain(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

/** A person as a name or as an object that has one. */
function personOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return plain(value) ?? '';
  const names: JsonObject = { ...value };
  return plain(first(names, ['username', 'displayname', 'name', 'fullname'])) ?? '';
}

function titleOf({ topic }: JsonObject): string | null {
  return typeof topic === 'object' && topic !== null && 'title' in topic ? plain(topic.title) : null;
}

function messageId(number: string, topic: string | null, scope: string): string {
  const within = topic === null ? number : `${topic}.${number}`;
  return forumId(within.replace(/[\s<>]/g, '_').slice(0, 300), scope);
}
