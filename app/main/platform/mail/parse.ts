import {
  cleanLine,
  cleanText,
  fitAttachments,
  FORMAT_HEADER,
  leftOutNote,
  lineMessage,
  lineOutline,
  MAX_MESSAGE_BYTES,
  MAX_SUBJECT_CHARS,
  MAX_TEXT_CHARS,
  remarksOf,
  senderName,
  type ArchivedMessage,
  type MessageForm,
  type OutlinedMessage,
  type ParsedMessage,
} from '../../archive/adapter-ports.ts';
import { bodyOf, rawText } from './body.ts';
import { htmlToText } from './html-text.ts';
import { boardOf, looksLikeMail, outlineOf, readHeaders, type MailHeaders } from './headers.ts';
import { partsOf, TooManyParts } from './parts.ts';
import { problem } from './problems.ts';
import { decodeWords } from './words.ts';

const MAX_HTML_TEXT_CHARS = MAX_TEXT_CHARS + 1000;

/** The id, references, subject and date of one message. Never rejects. */
export async function outlineMessage(form: MessageForm, bytes: Uint8Array): Promise<OutlinedMessage> {
  if (form.kind === 'line') return lineOutline(bytes, form.scope);
  try {
    const headers = readHeaders(bytes);
    if (!looksLikeMail(headers)) return refused('no-headers');
    return { ok: true, outline: await outlineOf(bytes, headers) };
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
}

/** One message as a board stores it. Never rejects; what cannot be taken apart is kept as raw text. */
export async function parseMessage(form: MessageForm, bytes: Uint8Array): Promise<ParsedMessage> {
  if (form.kind === 'mail') return parseMail(bytes);
  return lineMessage(bytes, form.scope, (html) => htmlToText(html, MAX_HTML_TEXT_CHARS));
}

/** Parses one raw mail. Never rejects; the text of a mail with headers that cannot be read is kept raw. */
export async function parseMail(bytes: Uint8Array): Promise<ParsedMessage> {
  if (bytes.length > MAX_MESSAGE_BYTES) return refused('message-too-large');
  try {
    const headers = readHeaders(bytes);
    if (!looksLikeMail(headers)) return refused('no-headers');
    const { text, files } = bodyOf(partsOf(bytes, headers), boardOf(headers) !== null);
    const { kept, left } = fitAttachments(files);
    if (text.trim() === '' && files.length === 0 && rawText(bytes, headers).trim() !== '') {
      return await parseRaw(bytes, problem.fields('no-text').message);
    }
    const shown = cleanText(text, leftOutNote(left));
    return {
      ok: true,
      unread: null,
      message: {
        ...(await headOf(bytes, headers)),
        text: shown,
        attachments: kept,
        remarks: remarksOf(shown, left),
      },
    };
  } catch (error) {
    return parseRaw(bytes, reasonOf(error));
  }
}

/** A mail with its body as it came, because of `reason`. Never rejects. */
export async function parseRaw(bytes: Uint8Array, reason: string): Promise<ParsedMessage> {
  try {
    const headers = readHeaders(bytes);
    if (!looksLikeMail(headers)) return { ok: false, reason };
    const note = problem.fields('kept-raw', { reason }).message;
    return {
      ok: true,
      unread: reason,
      message: {
        ...(await headOf(bytes, headers)),
        text: cleanText(`${note}\n\n${rawText(bytes, headers)}`),
        attachments: [],
        remarks: [],
      },
    };
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
}

async function headOf(
  bytes: Uint8Array,
  headers: MailHeaders,
): Promise<Omit<ArchivedMessage, 'text' | 'attachments' | 'remarks'>> {
  const { messageId, references, subject, date } = await outlineOf(bytes, headers);
  return {
    messageId,
    references,
    date,
    format: headers.get(FORMAT_HEADER.toLowerCase()) === 'markdown' ? 'markdown' : 'plain',
    subject: cleanLine(subject, MAX_SUBJECT_CHARS),
    fromName: senderName(headers.get('from') ?? headers.get('sender') ?? '', decodeWords),
  };
}

function refused(code: 'no-headers' | 'message-too-large'): { ok: false; reason: string } {
  return { ok: false, reason: problem.fields(code).message };
}

function reasonOf(error: unknown): string {
  if (error instanceof TooManyParts) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  return problem.fields('not-read', { reason: cleanLine(text, 200) }).message;
}
