import { afterAll, expect, test } from 'vitest';
import { systemClock } from '../../kernel/clock.ts';
import { MailParserPool } from './pool.ts';

const pool = new MailParserPool({ clock: systemClock, workers: 1 });
afterAll(() => pool.close());

const HEAD = 'From: Ada <ada@mole.example>\nMessage-ID: <a@b>\n';
const many = (text: string, bytes = 2_000_000) => text.repeat(Math.floor(bytes / text.length));
let nested = '';
for (let depth = 0; depth < 60; depth++) {
  nested += `Content-Type: multipart/mixed; boundary=b${depth}\n\n--b${depth}\n`;
}

/**
 * Headers and bodies on which patterns and loops of a careless parser take the square or the cube of their
 * length: minutes for each of these, where a reading in proportion takes less than a second.
 */
const MAILS: Readonly<Record<string, string>> = {
  'blanks in a subject': `${HEAD}Subject: ${many(' ')}x\n\nend\n`,
  'replies in a subject': `${HEAD}Subject: ${many('Re: ')}\n\nend\n`,
  'tags in a subject': `${HEAD}Subject: ${many('[')}\n\nend\n`,
  'encoded words': `${HEAD}Subject: ${many('=?utf-8?Q?a?= ')}\n\nend\n`,
  'open encoded words': `${HEAD}Subject: ${many('=?utf-8?Q?')}\n\nend\n`,
  'folds in a header': `${HEAD}Subject: a${many('\n b')}\n\nend\n`,
  'blanks in a folded header': `${HEAD}Subject: a\n${many(' ')}b\n\nend\n`,
  'angles in an id': `From: x\nMessage-ID: ${many('<')}\n\nend\n`,
  references: `${HEAD}References: ${many('<a@b> ')}\n\nend\n`,
  'open references': `${HEAD}References: ${many('<a')}\n\nend\n`,
  addresses: `From: ${many('"a" (x) <y@z>, ')}\nMessage-ID: <a@b>\n\nend\n`,
  'brackets in a sender': `From: ${many('(')}\nMessage-ID: <a@b>\n\nend\n`,
  'at signs in a sender': `From: ${many('a at b.c ')}\nMessage-ID: <a@b>\n\nend\n`,
  'digits in a date': `${HEAD}Date: ${many('1 ')}\n\nend\n`,
  parameters: `${HEAD}Content-Type: text/plain;${many(' a*0="b";')}\n\nend\n`,
  'quotes in a type': `${HEAD}Content-Type: text/plain; a="${many('\\"')}\n\nend\n`,
  headers: `${HEAD}${many('A: b\n')}\nend\n`,
  parts: `${HEAD}Content-Type: multipart/mixed; boundary=b\n\n${many('--b\n\nx\n')}--b--\nend\n`,
  'almost boundaries': `${HEAD}Content-Type: multipart/mixed; boundary=b\n\n${many('--b \t')}\nend\n`,
  'lines that could be boundaries': `${HEAD}Content-Type: multipart/mixed\n\n${many('\n--a\n--')}end\n`,
  'nested parts': `${HEAD}${nested}\n${many('x\n--b')}end\n`,
  'nested mails': `${HEAD}${many('Content-Type: message/rfc822\n\nSubject: x\n', 4000)}\n${many('x:\n')}end\n`,
  'base64 with dirt': `${HEAD}Content-Transfer-Encoding: base64\n\n${many('VGhl !\n')}ZW5k\n`,
  'soft line breaks': `${HEAD}Content-Transfer-Encoding: quoted-printable\n\n${many('= \t')}\nend\n`,
  'beginnings of files': `${HEAD}\n${many('begin 644 a\nM')}\nend\n`,
  'beginnings of yEnc': `${HEAD}\n${many('=ybegin line=1 name=a\n')}end\n`,
  'flowed lines': `${HEAD}Content-Type: text/plain; format=flowed\n\n${many('> x \n')}end\n`,
  'quoted senders': `${HEAD}\n${many('From: a@b <c@d>\n')}end\n`,
  'at signs': `${HEAD}\n${many('@')}\nend\n`,
  'blank lines': `${HEAD}\n${many(' \n')}end\n`,
  HZ: `${HEAD}\n${many('~{a')}\nend\n`,
  escapes: `${HEAD}\n${many('\u001b$')}\nend\n`,
  'nested quotes': `${HEAD}Content-Type: text/html\n\n${many('<blockquote>x ')}end\n`,
  'nested lists': `${HEAD}Content-Type: text/html\n\n${many('<ol><li>x ')}end\n`,
  'nested links': `${HEAD}Content-Type: text/html\n\n${many('<a href=http://x>x ')}end\n`,
  styles: `${HEAD}Content-Type: text/html\n\n<style>${many('.a{')}</style>end\n`,
  attributes: `${HEAD}Content-Type: text/html\n\n<p style="${many('display:')}">end\n`,
  'enriched text': `${HEAD}Content-Type: text/enriched\n\n${many('<param>')}end\n`,
};

test.each(Object.keys(MAILS))(
  '[AR2][AR18] a mail of two million %s is read within its time',
  async (name) => {
    const mail = Buffer.from(MAILS[name] ?? '');
    const form = { kind: 'mail' } as const;
    const [outlined] = await pool.outline(form, [mail]);
    expect(outlined?.ok).toBe(true);
    const [parsed] = await pool.parse(form, [mail]);
    if (parsed?.ok !== true) throw new Error(parsed?.reason);
    // The parser gives up after five seconds, and keeps the text as it came.
    expect(parsed.unread ?? '').not.toMatch(/took longer|too much memory/);
  },
);
