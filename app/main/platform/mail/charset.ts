import { isAscii, isUtf8 } from 'node:buffer';
import { analyse } from 'chardet';
import iconv from 'iconv-lite';
import { guessDosCodePage } from './dos-text.ts';
import { guessEuc } from './euc-text.ts';
import { fromHz, fromIso2022, shiftCharsetIn } from './shift-charsets.ts';

const MAX_LABEL_CHARS = 60;
/** How much of a text the detection by statistics reads. */
const SAMPLE_BYTES = 16 * 1024;
/** How sure the detection has to be: less for alphabets of one byte, of which such a text is made for the most part. */
const DETECTED_CONFIDENCE = 40;
const SINGLE_BYTE_CONFIDENCE = 20;
/** In a text with a western label, a pair of its letters may be one of UTF-8 by chance. */
const SURE_WHOLE = 4;

/** Labels that say nothing about the text. */
const EMPTY_LABELS = new Set(
  'ascii us-ascii usascii utf-8 utf8 ansi ansi_x3.4-1968 iso646-us binary 7bit 8bit none default unknown unknown-8bit x-unknown x-user-defined user-defined replacement'.split(
    ' ',
  ),
);
/** The label that programs write for whatever they were given; every text fits it. */
const WESTERN = /^(?:iso[-_]?8859[-_]1|latin-?1|l1|windows-1252|cp1252)$/;
/** Labels that neither decoder knows by this spelling. */
const ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'unicode-1-1-utf-7': 'utf-7',
    'x-unicode-2-0-utf-7': 'utf-7',
    utf7: 'utf-7',
    'euc-cn': 'gbk',
    'x-euc-cn': 'gbk',
    cp936: 'gbk',
    hz: 'hz-gb-2312',
    'iso-2022-jp-1': 'iso-2022-jp',
    'iso-2022-jp-2': 'iso-2022-jp',
    'iso-2022-jp-3': 'iso-2022-jp',
    'iso-2022-jp-ms': 'iso-2022-jp',
    cp50220: 'iso-2022-jp',
    cp50221: 'iso-2022-jp',
    cp50222: 'iso-2022-jp',
    cp932: 'shift_jis',
    junet: 'iso-2022-jp',
    csiso2022kr: 'iso-2022-kr',
    'iso-2022-cn-ext': 'iso-2022-cn',
  }),
);
const DOUBLE_BYTE =
  /^(?:gb|big5|cn-big5|shift|sjis|x-sjis|ms_kanji|windows-31j|euc-|x-euc|ks|korean|cp9[345])/;
/** Charsets that statistics tell apart well: letters of several bytes, and alphabets other than Latin. */
const DETECTABLE =
  /^(?:GB18030|Big5|Shift_JIS|EUC-JP|EUC-KR|KOI8-R|windows-125[1356]|ISO-8859-[5678]|UTF-16LE|UTF-16BE)$/;
const SINGLE_BYTE_DETECTED = /^(?:KOI8|windows|ISO)/;

/**
 * Text in the charset of its label, unless the bytes show that the label is wrong: valid UTF-8 counts more
 * than a label, escape sequences name their charset, and text that its label does not fit is read by what it
 * looks like. Never fails; bytes without a meaning become U+FFFD.
 * @param label The charset as the mail writes it, or null.
 */
export function decodeText(bytes: Uint8Array, label: string | null): string {
  const name = label === null ? '' : plainLabel(label);
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return utf8(bytes);
  if (/^(?:utf-?16|utf-?32|ucs-?[24]|csunicode)/.test(name)) return byIconv(bytes, name) ?? guess(bytes, 1);
  if (isAscii(bytes)) return decodeSevenBit(bytes, name);
  if (isUtf8(bytes) && !(DOUBLE_BYTE.test(name) && fits(bytes, name))) return utf8(bytes);
  if (name === '' || EMPTY_LABELS.has(name)) return guess(bytes, 1);
  if (WESTERN.test(name)) return guess(bytes, SURE_WHOLE);
  return byName(bytes, name) ?? guess(bytes, 1);
}

/** Whether a text that is valid UTF-8 is rather in a charset of two bytes a letter: it holds short sequences alone. */
function fits(bytes: Uint8Array, name: string): boolean {
  if (bytes.some((byte) => byte >= 0xe0)) return false;
  return byName(bytes, name)?.includes('\ufffd') === false;
}

/** Seven-bit text is what it looks like, except that some charsets shift into others. */
function decodeSevenBit(bytes: Uint8Array, name: string): string {
  const shift = shiftCharsetIn(bytes, name);
  if (shift === 'hz-gb-2312') return decoder('gbk')?.decode(fromHz(bytes)) ?? utf8(bytes);
  if (shift === 'iso-2022-kr') return decoder('euc-kr')?.decode(fromIso2022(bytes)) ?? utf8(bytes);
  if (shift === 'iso-2022-cn') return decoder('gbk')?.decode(fromIso2022(bytes)) ?? utf8(bytes);
  if (shift === 'iso-2022-jp') return decoder('iso-2022-jp')?.decode(bytes) ?? utf8(bytes);
  if (name === 'utf-7') return byIconv(bytes, 'utf-7') ?? utf8(bytes);
  return utf8(bytes);
}

/** @param whole How many whole letters of UTF-8 there must be for a broken one, to take a text for UTF-8. */
function guess(bytes: Uint8Array, whole: number): string {
  const text = utf8(bytes);
  if (isMostlyUtf8(text, whole)) return text;
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  const candidates = detected(sample);
  const name =
    guessEuc(sample) ??
    candidates.find((one) => !SINGLE_BYTE_DETECTED.test(one)) ??
    guessDosCodePage(sample) ??
    candidates[0];
  if (name !== undefined) return byName(bytes, name.toLowerCase()) ?? text;
  // Old mail with unlabelled eight-bit characters nearly always uses a western code page.
  return byName(bytes, 'windows-1252') ?? text;
}

/** The charsets that statistics find, the likeliest first. They mislead for a few accented letters in a text. */
function detected(sample: Uint8Array): string[] {
  let high = 0;
  let letters = 0;
  for (const byte of sample) {
    if (byte >= 0x80) high += 1;
    else if ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a) letters += 1;
  }
  if (high <= 3 || high * 3 <= letters) return [];
  return analyse(sample)
    .filter(({ name, confidence }) => {
      if (!DETECTABLE.test(name)) return false;
      if (!SINGLE_BYTE_DETECTED.test(name)) return confidence >= DETECTED_CONFIDENCE;
      return confidence >= SINGLE_BYTE_CONFIDENCE && high > letters;
    })
    .map(({ name }) => name);
}

/** Whether a text with damaged places was UTF-8 before. */
function isMostlyUtf8(text: string, least: number): boolean {
  let whole = 0;
  let broken = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0xfffd) broken += 1;
    else if (unit >= 0x80) whole += 1;
  }
  return whole > 0 && whole >= broken * least;
}

function utf8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function plainLabel(label: string): string {
  const plain = label
    .slice(0, MAX_LABEL_CHARS)
    .toLowerCase()
    .replace(/[^a-z0-9_.:-]/g, '');
  return ALIASES.get(plain) ?? plain;
}

function byName(bytes: Uint8Array, name: string): string | null {
  return (
    decoder(name)?.decode(bytes) ?? byIconv(bytes, name) ?? byIconv(bytes, name.replace(/^x-|^dos-?|^pc/, ''))
  );
}

function byIconv(bytes: Uint8Array, name: string): string | null {
  if (name === '' || !iconv.encodingExists(name)) return null;
  return iconv.decode(bytes, name);
}

type Decoder = InstanceType<typeof TextDecoder>;
const decoders = new Map<string, Decoder | null>();
const MAX_DECODERS = 200;

/** The platform's decoder of a label, or null. */
function decoder(name: string): Decoder | null {
  const held = decoders.get(name);
  if (held !== undefined) return held;
  let made: Decoder | null;
  try {
    made = new TextDecoder(name);
  } catch {
    // Labels that the platform does not know.
    made = null;
  }
  // A mail can name any number of labels.
  if (decoders.size < MAX_DECODERS) decoders.set(name, made);
  return made;
}
