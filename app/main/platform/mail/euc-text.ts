const LEAST_PAIRS = 3;

/**
 * Which of the charsets that write letters in pairs of bytes above 0xA0 an unlabelled text is in, or null. The
 * first bytes tell: kana lie in two rows, common Hangul in twenty-five, Chinese in more.
 */
export function guessEuc(bytes: Uint8Array): 'euc-jp' | 'euc-kr' | 'gbk' | null {
  let pairs = 0;
  let kana = 0;
  let hangul = 0;
  let lowRows = 0;
  let signs = 0;
  let single = 0;
  for (let at = 0; at < bytes.length; at++) {
    const lead = bytes[at] ?? 0;
    if (lead < 0x80) {
      if ((lead | 0x20) >= 0x61 && (lead | 0x20) <= 0x7a) single += 1;
      continue;
    }
    const trail = bytes[at + 1] ?? 0;
    // The last letter of a sample may be cut.
    if (at + 1 === bytes.length && pairs >= LEAST_PAIRS) break;
    if (lead < 0xa1 || lead > 0xf7 || trail < 0xa1 || trail > 0xfe) return null;
    pairs += 1;
    at += 1;
    if (lead <= 0xa3) signs += 1;
    else if (lead === 0xa4 || lead === 0xa5) kana += 1;
    else if (lead >= 0xb0 && lead <= 0xc8) hangul += 1;
    if (lead >= 0xb0 && lead <= 0xbf) lowRows += 1;
  }
  const letters = pairs - signs;
  if (letters < LEAST_PAIRS || pairs * 2 < single) return null;
  if (kana * 4 > letters) return 'euc-jp';
  // Cyrillic and Greek letters of one byte lie above these rows.
  if (lowRows === 0) return null;
  return hangul * 20 >= letters * 19 ? 'euc-kr' : 'gbk';
}
