import { cleanLine, hideAddresses, MAX_TEXT_CHARS, senderName } from '../../archive/adapter-ports.ts';
import { isUtf8 } from 'node:buffer';
import { decodeText } from './charset.ts';
import { unflow } from './flowed.ts';
import type { MailHeaders } from './headers.ts';
import { htmlToText } from './html-text.ts';
import { takeInlineFiles } from './inline-files.ts';
import type { Leaf, MailPart } from './parts.ts';
import { decodeTransfer } from './transfer.ts';
import { decodeWords } from './words.ts';

/** Conversion stops slightly past the limit, so that the cut is noticed and reported. */
const TEXT_BUDGET_CHARS = MAX_TEXT_CHARS + 1000;
const MAX_AROUND_CHARS = 20_000;
/** Text that programs write before the parts, for readers without MIME. */
const BOILERPLATE = /multi-?part|mime|cryptographically signed/i;
const MAX_BOILERPLATE_CHARS = 500;
/** The kinds of content that have a meaning; other words before the slash are those of careless programs. */
const NAMED_KIND = /^(?:text|image|audio|video|application|font|model|message|multipart|chemical)\//;
const META_BYTES = 2048;
const META_CHARSET = /charset\s{0,3}=\s{0,3}["']?([\w.:-]{1,40})/i;

export interface FilePart {
  readonly name: string | null;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** The text of a mail for readers, and its files. */
export interface MailBody {
  readonly text: string;
  readonly files: readonly FilePart[];
}

interface Gathered {
  texts: string[];
  files: FilePart[];
  /** Text that calls itself a file; it is shown if there is no other. */
  spare: string[];
  /** Whether the text came from a part of plain text. */
  plain: boolean;
}

/**
 * The text and the files of a mail, in the order of its parts.
 * @param isOwn Whether it is an export of this program, which repeats what people wrote here.
 */
export function bodyOf(part: MailPart, isOwn = false): MailBody {
  const { texts, files, spare } = gather(part);
  const shown = texts.map(trimBlank).filter((text) => text !== '');
  const all = shown.length > 0 ? shown : spare.slice(0, 1);
  const text = all.join('\n\n').slice(0, TEXT_BUDGET_CHARS);
  return { text: isOwn ? text : hideAddresses(text), files };
}

/** The text of a mail that could not be taken apart, without its headers. */
export function rawText(bytes: Uint8Array, headers: MailHeaders): string {
  const raw = bytes.subarray(headers.bodyStart, headers.bodyStart + TEXT_BUDGET_CHARS * 4);
  return hideAddresses(decodeText(raw, null).slice(0, TEXT_BUDGET_CHARS));
}

function gather(part: MailPart): Gathered {
  if (part.kind === 'leaf') return gatherLeaf(part);
  if (part.kind === 'message') {
    const inner = gather(part.content);
    const { texts, spare } = inner;
    const shown = texts.some((text) => text.trim() !== '') ? texts : spare;
    return { ...inner, texts: [summaryOf(part.headers), ...shown], spare: [] };
  }
  const children = part.children.map(gather);
  const files = children.flatMap((child) => child.files);
  if (part.subtype === 'alternative') return { ...chosen(children), files };
  const [before = '', after = ''] = part.around.map(aroundText);
  return {
    texts: [before, ...children.flatMap(({ texts }) => texts), after],
    files,
    spare: children.flatMap(({ spare }) => spare),
    plain: children.some(({ plain }) => plain),
  };
}

/** Of several forms of one text, the plain one, else the last, which is the richest. */
function chosen(children: readonly Gathered[]): Gathered {
  const withText = children.filter(({ texts }) => texts.some((text) => text.trim() !== ''));
  const spare = children.flatMap((child) => child.spare);
  const best = withText.find(({ plain }) => plain) ?? withText.at(-1);
  return { ...(best ?? { texts: [], files: [], plain: false }), spare };
}

function gatherLeaf(leaf: Leaf): Gathered {
  const bytes = decodeTransfer(leaf.body, leaf.encoding);
  const type = leaf.type.value;
  const isNamed = leaf.name !== null || leaf.disposition.value === 'attachment';
  const isText =
    /^(?:text\/(?:plain|html|enriched|richtext)|text|application\/text)$/.test(type) ||
    !NAMED_KIND.test(type);
  const isSource = type.startsWith('text/');
  if (isText && leaf.disposition.value !== 'attachment') return textOf(leaf, bytes);
  if (isSource && !isNamed && type !== 'text/calendar') return textOf(leaf, bytes);
  const spare = isText || isSource || isPlainText(type, bytes) ? textOf(leaf, bytes).texts : [];
  return { texts: [], files: [{ name: leaf.name, type, bytes: owned(bytes) }], spare, plain: false };
}

function textOf(leaf: Leaf, bytes: Uint8Array): Gathered {
  const { value: type, parameters } = leaf.type;
  // Some senders write "encoding" where they mean "charset".
  const label = parameters.get('charset') ?? parameters.get('encoding') ?? null;
  if (type === 'text/html') {
    const head = Buffer.from(bytes.subarray(0, META_BYTES)).toString('latin1');
    const html = decodeText(bytes, label ?? META_CHARSET.exec(head)?.[1] ?? null);
    return { texts: [htmlToText(html, TEXT_BUDGET_CHARS)], files: [], spare: [], plain: false };
  }
  if (type === 'text/enriched' || type === 'text/richtext') {
    return { texts: [enrichedText(decodeText(bytes, label))], files: [], spare: [], plain: true };
  }
  const inline = takeInlineFiles(bytes);
  const text = decodeText(inline?.text ?? bytes, label);
  const isFlowed = parameters.get('format')?.toLowerCase() === 'flowed';
  const shown = isFlowed ? unflow(text, parameters.get('delsp')?.toLowerCase() === 'yes') : text;
  const files = (inline?.files ?? []).map(({ name, bytes: file }) => ({
    name,
    type: 'application/octet-stream',
    bytes: owned(file),
  }));
  return { texts: [shown], files, spare: [], plain: true };
}

/** Text beside the parts, unless it is what programs put there. */
function aroundText(bytes: Uint8Array): string {
  const text = decodeText(bytes.subarray(0, MAX_AROUND_CHARS), null).trim();
  return text.length < MAX_BOILERPLATE_CHARS && BOILERPLATE.test(text) ? '' : text;
}

/** The sender, date and subject of an enclosed mail, without any address. */
function summaryOf(headers: MailHeaders): string {
  const from = headers.get('from');
  const lines = [
    ['From', from === null ? '' : senderName(from, decodeWords)],
    ['Date', cleanLine(headers.get('date') ?? '', 100)],
    ['Subject', cleanLine(decodeWords(headers.get('subject') ?? ''), 300)],
  ];
  return lines
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}

/** Text of RFC 1896: commands in angle brackets go, "<<" is a bracket, and single line ends are blanks. */
function enrichedText(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll('<<', '\u0000')
    .replace(/<param>[^<]{0,200}<\/param>/gi, '')
    .replace(/<\/?[a-z0-9-]{1,60}>/gi, '')
    .replaceAll('\u0000', '<')
    .replace(/\n+/g, (run) => (run.length === 1 ? ' ' : run.slice(1)));
}

/** A text without blank lines before and after it; the blanks of its first line count. */
function trimBlank(text: string): string {
  return text.trimEnd().replace(/^(?:[ \t\r]{0,200}\n){1,10000}/, '');
}

/** Whether a file of no special kind is text that a reader can read. */
function isPlainText(type: string, bytes: Uint8Array): boolean {
  if (type !== 'application/octet-stream' && type !== 'application/x-unknown') return false;
  return isUtf8(bytes) && !bytes.some((byte) => byte < 0x09 || byte === 0x7f);
}

/** Bytes with a buffer of their own, which can be handed to another thread without the mail around them. */
function owned(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes);
}
