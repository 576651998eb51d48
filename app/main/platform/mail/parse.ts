import PostalMime, { addressParser, decodeWords } from 'postal-mime';
import {
  looksLikeMail,
  outlineOf,
  readHeaders,
  cleanLine,
  cleanText,
  fitAttachments,
  leftOutNote,
  MAX_MESSAGE_BYTES,
  MAX_SUBJECT_CHARS,
  MAX_TEXT_CHARS,
  senderName,
  type MailHeaders,
  type ParsedMessage,
} from '../../archive/adapter-ports.ts';
import { htmlToText } from './html-text.ts';
import { singleBody } from './single-body.ts';

const LIMITS = { maxNestingDepth: 64, maxHeadersSize: 2 * 1024 * 1024, maxRfc822NestingDepth: 4 } as const;
/** Conversion stops slightly past the limit, so that the cut is noticed and reported. */
const TEXT_BUDGET_CHARS = MAX_TEXT_CHARS + 1000;

/** Parses one raw mail. Never rejects; an unreadable mail resolves to the reason. */
export async function parseMail(bytes: Uint8Array): Promise<ParsedMessage> {
  if (bytes.length > MAX_MESSAGE_BYTES) return { ok: false, reason: 'It is larger than 32 MiB.' };
  try {
    const headers = readHeaders(bytes);
    if (!looksLikeMail(headers)) return { ok: false, reason: 'It has no mail headers.' };
    const outline = await outlineOf(bytes, headers, decodeWords);
    const body = textBody(bytes, headers) ?? (await mimeBody(bytes));
    const { kept, left } = fitAttachments(body.parts);
    return {
      ok: true,
      message: {
        ...outline,
        subject: cleanLine(outline.subject, MAX_SUBJECT_CHARS),
        fromName: fromNameOf(headers),
        text: cleanText(body.text, leftOutNote(left)),
        attachments: kept,
      },
    };
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
}

type Part = { name: string | null; type: string; bytes: Uint8Array };

type Body = { text: string; parts: Part[] };

function textBody(bytes: Uint8Array, headers: MailHeaders): Body | null {
  const body = singleBody(bytes, headers);
  if (body === null) return null;
  return { text: body.html ? htmlToText(body.text, TEXT_BUDGET_CHARS) : body.text, parts: [] };
}

async function mimeBody(bytes: Uint8Array): Promise<Body> {
  const mail = await PostalMime.parse(bytes, LIMITS);
  const text = mail.text?.trim() ? mail.text : htmlToText(mail.html ?? '', TEXT_BUDGET_CHARS);
  const parts = mail.attachments.map((part) => ({
    name: part.filename,
    type: part.mimeType,
    bytes:
      typeof part.content === 'string'
        ? new TextEncoder().encode(part.content)
        : new Uint8Array(part.content),
  }));
  return { text, parts };
}

function fromNameOf(headers: MailHeaders): string {
  const raw = headers.get('from') ?? headers.get('sender') ?? '';
  const first = addressParser(raw.slice(0, 4000), { flatten: true })[0];
  return senderName(decodeWords(first?.name ?? ''), first?.address ?? '');
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (/nesting depth/i.test(text)) return 'Its parts are nested too deeply.';
  if (/header size/i.test(text)) return 'Its headers are larger than 2 MiB.';
  return `It could not be read: ${cleanLine(text, 200)}`;
}
