import { decoderFor, type MailHeaders } from '../../archive/adapter-ports.ts';

const SINGLE_PART = /^text\/(plain|html)\s*((?:;\s*[\w-]+\s*=\s*(?:"[^"\\]*"|[\w.:+-]+)\s*)*);?$/i;
const EQUALS = 0x3d;
const utf8 = new TextDecoder();

/**
 * The body of a mail with a single text part, like nearly all mail of mailing lists, without building a MIME
 * tree. Lines are kept, even if the mail allows reflowing. Null for any other mail, which the mail library
 * then parses.
 */
export function singleBody(bytes: Uint8Array, headers: MailHeaders): { html: boolean; text: string } | null {
  if (!/^(inline)?$/i.test(headers.get('content-disposition') ?? '')) return null;
  const type = SINGLE_PART.exec(headers.get('content-type') ?? 'text/plain');
  const parameters = type?.[2] ?? '';
  if (type === null || /delsp/i.test(parameters)) return null;
  const encoding = (headers.get('content-transfer-encoding') ?? '7bit').toLowerCase();
  const raw = bytes.subarray(headers.bodyStart);
  const body =
    encoding === 'quoted-printable' ? unquote(raw) : /^(7bit|8bit|binary)$/.test(encoding) ? raw : null;
  // Some senders write "encoding" where they mean "charset".
  const charset = /(?:charset|encoding)\s*=\s*"?([\w.:+-]+)/i.exec(parameters)?.[1];
  const text = body === null ? null : decodeBody(body, charset);
  return text === null ? null : { html: type[1]?.toLowerCase() === 'html', text };
}

function decodeBody(raw: Uint8Array, charset: string | undefined): string | null {
  if (charset === undefined) {
    const text = utf8.decode(raw);
    // Old mail with unlabelled eight-bit characters nearly always uses a western code page.
    return text.includes('\ufffd') ? decoderFor('windows-1252').decode(raw) : text;
  }
  try {
    return new TextDecoder(charset).decode(raw);
  } catch {
    // The library knows more charset names than the platform.
    return null;
  }
}

/** Decodes quoted-printable (RFC 2045 section 6.7); invalid sequences are kept. */
function unquote(raw: Uint8Array): Uint8Array {
  if (!raw.includes(EQUALS)) return raw;
  const out = new Uint8Array(raw.length);
  let to = 0;
  for (let at = 0; at < raw.length; at++) {
    const byte = raw[at] ?? 0;
    if (byte !== EQUALS) {
      out[to++] = byte;
      continue;
    }
    const high = hex(raw[at + 1]);
    const low = hex(raw[at + 2]);
    if (high >= 0 && low >= 0) {
      out[to++] = high * 16 + low;
      at += 2;
    } else if (raw[at + 1] === 0x0a) at += 1;
    else if (raw[at + 1] === 0x0d && raw[at + 2] === 0x0a) at += 2;
    else out[to++] = byte;
  }
  return out.subarray(0, to);
}

function hex(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
