import { expect, test } from 'vitest';
import { htmlToText } from './html-text.ts';
import { parseMail } from './parse.ts';

const HEAD = 'From: Ada Vik <ada@mole.example>\nDate: Thu, 22 Aug 2002 12:36:23 +0100\nMessage-ID: <a@b>\n';

async function read(rest: string | Buffer) {
  const parsed = await parseMail(Buffer.concat([Buffer.from(HEAD), Buffer.from(rest)]));
  if (!parsed.ok) throw new Error(parsed.reason);
  const { text, attachments } = parsed.message;
  return {
    text,
    files: attachments.map(({ name }) => name),
    bytes: attachments[0]?.bytes,
    unread: parsed.unread,
  };
}

const BELL = Buffer.from('The fog horn sounds.\n').toString('base64');

test.each([
  ['base64 ', BELL],
  ['base64 (by gateway)', BELL],
  ['BASE64', `${BELL}\n\n-- \nTides mailing list\nhttp://lists.example/\n`],
  ['base64', `${BELL}\n_______________\nTides mailing list\n`],
  ['base64', 'VGhlIGZvZyBob3JuIA==\nc291bmRzLgo=\n'],
  ['base64', 'VGhlIGZv !\n*ZyBob3JuIHNv\ndW5kcy4K\n'],
  ['quoted-printable', 'The fog =  \nhorn =\t\nsounds=2e\n'],
  ['Quoted-Printable', 'The fog horn sounds=2E\n'],
  ['quoted_printable', 'The fog=20horn sounds.\n'],
  ['7-bit', 'The fog horn sounds.\n'],
  ['8 bit', 'The fog horn sounds.\n'],
  ['', 'The fog horn sounds.\n'],
  ['x-unknown', 'The fog horn sounds.\n'],
  ['base64', 'The fog horn sounds.\n'],
  ['x-uuencode', "begin 644 fog.txt\n55&AE(&9O9R!H;W)N('-O=6YD<RX*\n`\nend\n"],
])('[AR12] the transfer encoding %j is undone', async (encoding, body) => {
  const mail = `Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: ${encoding}\n\n${body}`;
  const { text } = await read(mail);
  expect(text).toContain('The fog horn sounds.');
  if (body.includes('mailing list')) expect(text).toContain('Tides mailing list');
});

test('[AR12] files in a text become attachments, and a block that does not end stays text', async () => {
  const uu = "begin 644 fog.txt\n55&AE(&9O9R!H;W)N('-O=6YD<RX*\n`\nend\n";
  const one = await read(`\nBefore.\n\n${uu}\nAfter.\n`);
  expect(one).toMatchObject({ text: 'Before.\n\n\nAfter.', files: ['fog.txt'] });
  expect(Buffer.from(one.bytes ?? []).toString()).toBe('The fog horn sounds.\n');
  const data = Uint8Array.from({ length: 256 }, (_, at) => at);
  const coded = [...data].flatMap((byte) => {
    const sum = (byte + 42) & 0xff;
    return [0, 10, 13, 61].includes(sum) ? [61, (sum + 64) & 0xff] : [sum];
  });
  const yenc = Buffer.concat([
    Buffer.from('\nBefore.\n=ybegin line=999 size=256 name=fog.bin\r\n'),
    Buffer.from(coded),
    Buffer.from('\r\n=yend size=256\r\nAfter.\n'),
  ]);
  const two = await read(yenc);
  expect(two).toMatchObject({ text: 'Before.\nAfter.', files: ['fog.bin'] });
  expect(new Uint8Array(two.bytes ?? [])).toEqual(data);
  expect((await read(`\nbegin 644 fog.txt\nnot encoded at all, this is a sentence\nend\n`)).files).toEqual(
    [],
  );
  expect((await read(`\nwe\nbegin 644 things\nand go on\n`)).text).toContain('begin 644 things');
});

test.each([
  ['no boundary', 'Content-Type: multipart/mixed\n\nThe words stand here.\n'],
  ['no parts', 'Content-Type: multipart/mixed; boundary=zz\n\nThe words stand here.\n'],
  [
    'another boundary',
    'Content-Type: multipart/mixed; boundary=aa\n\n--bb\nContent-Type: text/plain\n\nThe words stand here.\n--bb--\n',
  ],
  [
    'an open part',
    'Content-Type: multipart/mixed; boundary=cc\n\n--cc\nContent-Type: text/plain\n\nThe words stand here.\n',
  ],
  [
    'a part without headers',
    'Content-Type: multipart/mixed; boundary=cc\n\n--cc\nThe words stand here.\n--cc--\n',
  ],
  ['a preamble', 'Content-Type: multipart/mixed; boundary=cc\n\nThe words stand here.\n--cc\n\nx\n--cc--\n'],
  ['an epilogue', 'Content-Type: multipart/mixed; boundary=cc\n\n--cc\n\nx\n--cc--\nThe words stand here.\n'],
  ['an old type', 'Content-Type: text\n\nThe words stand here.\n'],
  ['a broken type', 'Content-Type: text/plain charset=iso-8859-1; x\n\nThe words stand here.\n'],
  ['an odd type', 'Content-Type: application/text\n\nThe words stand here.\n'],
  [
    'a file',
    'Content-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\nThe words stand here.\n',
  ],
  ['enriched text', 'Content-Type: text/enriched\n\n<bold>The</bold> words\nstand here.\n'],
  ['an invitation', 'Content-Type: text/calendar\n\nSUMMARY:The words stand here.\n'],
  ['a type turned round', 'Content-Type: plain/text\n\nThe words stand here.\n'],
  ['a type of no kind', 'Content-Type: application/octet-stream\n\nThe words stand here.\n'],
  [
    'an encoded mail within',
    `Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n${Buffer.from('Subject: in\n\nThe words stand here.\n').toString('base64')}\n`,
  ],
  ['no blank line', 'The words stand here.\nand more\n'],
])('[AR13] text with %s is shown', async (_, mail) => {
  expect((await read(mail)).text).toContain('The words stand here.');
});

test.each([
  [
    'winmail.dat',
    'Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\neJ8+IgAA\n',
  ],
  [
    'smime.p7m',
    'Content-Type: application/pkcs7-mime; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nMIAG\n',
  ],
])('[AR13] a mail that holds only %s keeps it as a file', async (name, mail) => {
  expect((await read(mail)).files).toEqual([name]);
});

test('[AR2] a mail whose parts hold nothing that can be shown is kept as it came', async () => {
  const { text, unread } = await read('Content-Type: text/html\n\n<div hidden>secret words</div>\n');
  expect(unread).toContain('no text');
  expect(text).toContain('secret words');
});

test('[AR13][AR15] the mails of a digest and forwarded mails are shown with their writers and without addresses', async () => {
  const inner = (n: number) =>
    `Date: Mon, 3 Mar 2003 0${n}:00:00 +0000\nFrom: Bo Ek <bo@mole.example>\nSubject: =?utf-8?Q?S=C3=B8_${n}?=\n\nwords ${n}\n`;
  const digest =
    'Content-Type: multipart/mixed; boundary=d0\n\n--d0\n\nTopics:\n\n--d0\nContent-Type: multipart/digest; boundary=d1\n\n' +
    `--d1\n\n${inner(1)}\n--d1\n\n${inner(2)}\n--d1--\n--d0\nContent-Type: message/rfc822\n\n${inner(3)}\n--d0--\n`;
  const { text } = await read(digest);
  for (const n of [1, 2, 3])
    expect(text).toContain(
      `From: Bo Ek\nDate: Mon, 3 Mar 2003 0${n}:00:00 +0000\nSubject: Sø ${n}\n\nwords ${n}`,
    );
  expect(text).not.toContain('@');
});

test('[AR13] of several forms of a text, one is shown', async () => {
  const part = (type: string, text: string) => `--b\nContent-Type: ${type}\n\n${text}\n`;
  const both = (...parts: string[]) =>
    `Content-Type: multipart/alternative; boundary=b\n\n${parts.join('')}--b--\n`;
  expect((await read(both(part('text/plain', 'plain'), part('text/html', '<p>rich')))).text).toBe('plain');
  expect((await read(both(part('text/plain', ' '), part('text/html', '<p>rich')))).text).toBe('rich');
});

test('[AR14] lines of flowed text are joined, quotes, signatures and stuffed lines kept', async () => {
  const flowed =
    'The fog \nhorn sounds.\n From the mole\n >not a quote\n> a quote \n> goes on\n>> deeper\n-- \nAda\n';
  const text = 'The fog horn sounds.\nFrom the mole\n >not a quote\n> a quote goes on\n>> deeper\n-- \nAda';
  expect((await read(`Content-Type: text/plain; format=flowed\n\n${flowed}`)).text).toBe(text);
  const part = `Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; format="flowed"\n\n${flowed}--b--\n`;
  expect((await read(part)).text).toBe(text);
  expect((await read('Content-Type: text/plain; format=flowed; delsp=yes\n\nfog \nhorn\n')).text).toBe(
    'foghorn',
  );
});

test('[AR14] HTML keeps quotes, numbers and code, and hides what readers do not see', () => {
  const html =
    '<style>.pre { display:none } @media screen { .wide { display:none } }</style>' +
    '<div style="display:none;max-height:0">Hidden one</div><span class="pre">Hidden two</span><p hidden>Hidden three</p>' +
    '<p style="font-size: 0px">Hidden four</p><p class="wide">Seen</p>' +
    '<p>I agree.</p><blockquote><p>The crane <b>creaks</b>.</p><p>Twice.</p><blockquote>Who says so?</blockquote></blockquote>' +
    '<ol start="3"><li>rope</li><li>hook<ul><li>paint</ul><li>chain</ol><blockquote><pre>a\n  b</pre></blockquote>';
  expect(htmlToText(html, 10_000)).toBe(
    'Seen\n\nI agree.\n\n> The crane creaks.\n>\n> Twice.\n>\n> > Who says so?\n3. rope\n4. hook\n* paint\n5. chain\n> a\n>   b',
  );
});

test('[AR14] a box with a line at its left is a quote, as Outlook writes it', () => {
  const box = '<div style="border:none;border-left:solid blue 1.5pt;padding:0cm"><p>Is it safe?</p></div>';
  const odd = '<p style="constructor:x;__proto__:y" class="__proto__"></p>';
  const squeezed = '<div style="height:0px;overflow:hidden">Hidden</div>';
  expect(htmlToText(`<p>No.</p>${box}${squeezed}${odd}<p>Bye</p>`, 1000)).toBe('No.\n\n> Is it safe?\n\nBye');
});

test('[AR13] a file that is no text is not shown as one', async () => {
  const bytes = Buffer.from([0, 1, 2, 3, 255, 0, 7]).toString('base64');
  const mail = `Content-Type: application/octet-stream; name=a.bin\nContent-Transfer-Encoding: base64\n\n${bytes}\n`;
  expect(await read(mail)).toMatchObject({ text: '', files: ['a.bin'] });
});

test('[AR15] an address in a name or a header of a quoted mail is not kept', async () => {
  const mail = '\nHi,\n\nOn Tue, Bo Ek <bo@mole.example> wrote:\n> From: cai@mole.example\n> hello\n';
  expect((await read(mail)).text).toBe('Hi,\n\nOn Tue, Bo Ek wrote:\n> From: cai\n> hello');
});
