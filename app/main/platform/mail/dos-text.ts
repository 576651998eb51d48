/** Bytes without a meaning in windows-1252 that are letters in the code pages of DOS. */
const ONLY_DOS = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);
/** Letters of DOS that are marks of windows-1252, which stand beside a word and not within it. */
const DOS_LETTERS = new Set([0x82, 0x83, 0x84, 0x86, 0x87, 0x88, 0x89, 0x8b, 0x93, 0x94, 0x95, 0x98, 0x9b]);
/** Blocks and lines of frames. */
const ART = new Set([0xb0, 0xb1, 0xb2, 0xc4, 0xcd, 0xdb, 0xdc, 0xdf]);
const ART_RUN = 3;
const SHARP_S = 0xe1;
const O_STROKE = new Set([0x9b, 0x9d]);

/** The code page of DOS in which an unlabelled text seems to be written, or null if it is none. */
export function guessDosCodePage(bytes: Uint8Array): 'cp437' | 'cp850' | 'cp866' | null {
  if (isRussianDos(bytes)) return 'cp866';
  let dos = 0;
  let western = 0;
  let stroke = 0;
  let run = 0;
  for (const [at, byte] of bytes.entries()) {
    run = ART.has(byte) && byte === bytes[at - 1] ? run + 1 : 1;
    if (byte < 0x80) continue;
    if (run === ART_RUN) dos += ART_RUN;
    const before = isLetter(bytes[at - 1]);
    const after = isLetter(bytes[at + 1]);
    if (ONLY_DOS.has(byte)) dos += 2;
    else if (DOS_LETTERS.has(byte) && before && after) dos += 1;
    else if (byte >= 0xc0 && byte !== SHARP_S && (before || after)) western += 1;
    if (O_STROKE.has(byte) && (before || after)) stroke += 1;
  }
  if (dos <= western) return null;
  return stroke > 0 ? 'cp850' : 'cp437';
}

function isLetter(byte: number | undefined): boolean {
  const letter = (byte ?? 0) | 0x20;
  return letter >= 0x61 && letter <= 0x7a;
}

/**
 * Whether a text is Russian as DOS wrote it: most bytes are letters, and half of these lie in rows where
 * windows-1251 and KOI8-R have signs.
 */
function isRussianDos(bytes: Uint8Array): boolean {
  let letters = 0;
  let signs = 0;
  let others = 0;
  for (const byte of bytes) {
    if (byte < 0x80) others += isLetter(byte) ? 1 : 0;
    else if (byte <= 0xaf) signs += 1;
    else if (byte >= 0xe0 && byte <= 0xf1) letters += 1;
    else others += 1;
  }
  return signs > letters && letters > 0 && signs + letters > 8 && signs + letters > others * 8;
}
