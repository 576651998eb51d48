import * as z from 'zod';
import { boardLabel } from './board-label.ts';
import { dateIn, epochDate } from './dates.ts';
import { hideAddresses } from './hide-addresses.ts';
import { foreignFields, hasOwnText, type JsonObject } from './line-fields.ts';
import {
  cleanLine,
  cleanText,
  derivedMessageId,
  fitAttachments,
  leftOutNote,
  MAX_REFERENCES,
  MAX_SUBJECT_CHARS,
  remarksOf,
  type MessageOutline,
  type OutlinedMessage,
  type ParsedMessage,
} from './message.ts';
import { problem } from './problems.ts';
import { personName } from './sender-name.ts';

const id = z
  .string()
  .min(1)
  .max(400)
  .regex(/^<?[^\s<>]{1,400}>?$/, 'A message id has no spaces.');
const optionalText = (limit: number) =>
  z
    .string()
    .max(limit)
    .nullish()
    .transform((text) => text ?? '');

/**
 * One line of a JSON Lines archive: one message as a JSON object. Import and export share it.
 * - `message_id`: without it, the id is derived from the line
 * - `references`: ids of earlier messages, oldest first, the parent last
 * - `from`: a display name, or `Name <address>`; the address is not kept
 * - `date`: ISO 8601 or the date of a mail (without a zone UTC), or a number of seconds or milliseconds since
 *   the Unix epoch
 * - `format`: `markdown` or `plain`
 * - `board`: the short name of the board that it comes from, or an object with `slug`, `name` and `description`
 * - `topic`: what the messages of a thread share if they have no references
 * - `attachments[].data`: base64
 */
const Line = z.object({
  message_id: id.nullish().transform((text) => text ?? undefined),
  references: z.array(id).max(1000).default([]),
  subject: optionalText(10_000),
  from: optionalText(1000),
  date: z
    .union([z.string().max(100), z.number()])
    .nullable()
    .default(null),
  text: z.string(),
  format: z.enum(['markdown', 'plain']).default('plain'),
  board: z
    .union([
      z.string().max(40),
      z.object({
        slug: z.string().max(40),
        name: z.string().max(200).optional(),
        description: z.string().max(1000).optional(),
      }),
    ])
    .optional(),
  topic: z.string().max(400).optional(),
  attachments: z
    .array(
      z.object({
        name: z.string().max(1000).default(''),
        type: z.string().max(200).default(''),
        data: z.string(),
      }),
    )
    .max(1000)
    .default([]),
});
type Line = z.infer<typeof Line>;
/** A line as a program writes it. */
export type JsonlMessage = z.input<typeof Line> & {
  /** The person who imported it where it was exported. An import ignores it, since it has an importer of its own. */
  readonly imported_by?: string;
};

const BOM = '\ufeff';

/** Id, references, subject and date of a line, or the reason why it is not a message. */
export async function lineOutline(bytes: Uint8Array, scope: string): Promise<OutlinedMessage> {
  const parsed = parseLine(bytes, scope, (html) => html);
  return 'reason' in parsed
    ? { ok: false, reason: parsed.reason }
    : { ok: true, outline: await outline(bytes, parsed.line) };
}

/**
 * The message of a line, within the same limits as mail.
 * @param toText Converts the HTML of forums.
 */
export async function lineMessage(
  bytes: Uint8Array,
  scope: string,
  toText: (html: string) => string,
): Promise<ParsedMessage> {
  const parsed = parseLine(bytes, scope, toText);
  if ('reason' in parsed) return { ok: false, reason: parsed.reason };
  const { line } = parsed;
  const { kept, left } = fitAttachments(
    line.attachments.map(({ name, type, data }) => ({
      name,
      type,
      bytes: new Uint8Array(Buffer.from(data, 'base64')),
    })),
  );
  const { messageId, references, subject, date } = await outline(bytes, line);
  // An export of this program repeats what people wrote here.
  const shown = line.board === undefined ? hideAddresses(line.text) : line.text;
  const text = cleanText(shown, leftOutNote(left));
  return {
    ok: true,
    unread: null,
    message: {
      messageId,
      references,
      date,
      subject: cleanLine(subject, MAX_SUBJECT_CHARS),
      fromName: personName(line.from),
      text,
      format: line.format,
      attachments: kept,
      remarks: remarksOf(text, left),
    },
  };
}

async function outline(bytes: Uint8Array, line: Line): Promise<MessageOutline> {
  const messageId = line.message_id === undefined ? await derivedMessageId(bytes) : bare(line.message_id);
  const references = [...new Set(line.references.map(bare).toReversed())].toReversed();
  return {
    messageId,
    references: references.filter((reference) => reference !== messageId).slice(-MAX_REFERENCES),
    subject: line.subject,
    date: typeof line.date === 'number' ? epochDate(line.date) : dateIn(line.date ?? ''),
    list: '',
    topic: line.topic ?? null,
    board: boardLabel(typeof line.board === 'object' ? line.board : { slug: line.board }),
  };
}

function parseLine(
  bytes: Uint8Array,
  scope: string,
  toText: (html: string) => string,
): { line: Line } | { reason: string } {
  let value: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    value = JSON.parse(text.startsWith(BOM) ? text.slice(1) : text);
  } catch {
    return { reason: problem.fields('line-not-json').message };
  }
  const object = isObject(value) ? value : null;
  const fields = object === null || hasOwnText(object) ? value : foreignFields(object, scope, toText);
  if (fields === null) {
    const found = Object.keys(object ?? {})
      .slice(0, 20)
      .join(', ');
    return { reason: problem.fields('line-without-text', { found }).message };
  }
  const result = Line.safeParse(fields);
  if (result.success) return { line: result.data };
  const issue = result.error.issues[0];
  return {
    reason: problem.fields('bad-line', {
      field: issue?.path.join('.') || 'the whole',
      reason: issue?.message ?? 'unknown',
    }).message,
  };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bare(messageId: string): string {
  return messageId.replace(/^<|>$/g, '');
}
