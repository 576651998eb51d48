/**
 * Joins the lines that a mail program broke (format=flowed, RFC 3676): a line that ends with a blank goes on
 * in the next one of the same quote depth. The signature's separator never does.
 * @param delSp Whether the blank at the end belongs to the encoding.
 */
export function unflow(text: string, delSp: boolean): string {
  const out: string[] = [];
  let open: string[] = [];
  let openDepth = 0;
  const close = () => {
    if (open.length > 0) out.push(quoted(openDepth, open.join('')));
    open = [];
  };
  for (const line of text.split('\n')) {
    const whole = line.endsWith('\r') ? line.slice(0, -1) : line;
    let depth = 0;
    while (whole[depth] === '>') depth += 1;
    const rest = whole[depth] === ' ' ? whole.slice(depth + 1) : whole.slice(depth);
    const isSignature = rest === '-- ';
    if (openDepth !== depth || isSignature) close();
    openDepth = depth;
    const goesOn = rest.endsWith(' ') && !isSignature;
    open.push(goesOn && delSp ? rest.slice(0, -1) : rest);
    if (!goesOn) close();
  }
  close();
  return out.join('\n');
}

/** A line in plain text: without a depth, a ">" of its own keeps the blank that tells it from a quote. */
function quoted(depth: number, text: string): string {
  if (depth > 0) return `${'>'.repeat(depth)} ${text}`.trimEnd();
  return text.startsWith('>') ? ` ${text}` : text;
}
