import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../kernel/clock.ts';
import { demoDirectory } from './demo-directory.ts';
import { parseMail } from './parse.ts';
import { MailParserPool } from './pool.ts';

const pools: MailParserPool[] = [];

function pool(options: { workers?: number; messageTimeoutMs?: number } = {}): MailParserPool {
  const made = new MailParserPool({ clock: systemClock, ...options });
  pools.push(made);
  return made;
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((made) => made.close()));
});

const mail = (subject: string) =>
  new TextEncoder().encode(`Subject: ${subject}\nMessage-ID: <${subject}@x>\n\nhello\n`);

/** A mail of two million lines of dirty base64, which takes the parser more than a second. */
function slowMail(): Uint8Array {
  const lines = 'VGhlIGJlbGwg !\n'.repeat(2_000_000);
  return new TextEncoder().encode(
    `Subject: slow\nMessage-ID: <slow@x>\nContent-Transfer-Encoding: base64\n\n${lines}`,
  );
}

const MAIL = { kind: 'mail' } as const;

test('answers come in the order asked, however many threads share the work', async () => {
  const subjects = Array.from({ length: 1000 }, (_, at) => `s${at}`);
  const parsed = await pool().parse(MAIL, subjects.map(mail));
  expect(parsed.map((result) => (result.ok ? result.message.subject : result.reason))).toEqual(subjects);
});

test('[AR2] a mail that takes too long is kept as it came, and those before and after it are read', async () => {
  const parsed = await pool({ workers: 1, messageTimeoutMs: 150 }).parse(MAIL, [
    mail('before'),
    slowMail(),
    mail('after'),
    new TextEncoder().encode('no mail at all'),
  ]);
  expect(parsed.map((result) => (result.ok ? result.message.subject : result.reason))).toEqual([
    'before',
    'slow',
    'after',
    'It has no mail headers.',
  ]);
  expect(parsed[1]).toMatchObject({ ok: true, unread: 'It took longer than 0.15 seconds to read.' });
  expect(parsed[1]?.ok && parsed[1].message.text).toContain('VGhlIGJlbGwg');
}, 30_000);

test('attachments arrive whole', async () => {
  const body = Buffer.alloc(300_000, 7);
  const [parsed] = await pool().parse(MAIL, [
    Buffer.from(
      `Subject: a\nContent-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n\n${body.toString('base64')}\n`,
    ),
  ]);
  expect(parsed).toMatchObject({
    ok: true,
    message: { attachments: [{ name: 'a.png', type: 'image/png' }] },
  });
  expect(parsed?.ok && Buffer.compare(parsed.message.attachments[0]?.bytes ?? new Uint8Array(), body)).toBe(
    0,
  );
});

test('the threads give the same results as the parser for real mail of every kind', async () => {
  const folder = join(demoDirectory() ?? '', 'hard-ham-1');
  const names = readdirSync(folder).filter((name) => name.endsWith('.txt'));
  const mails = names.map((name) => new Uint8Array(readFileSync(join(folder, name))));
  const alone = await Promise.all(mails.map(parseMail));
  expect(await pool().parse(MAIL, mails)).toEqual(alone);
});

test('closing while messages are read rejects with a Problem', async () => {
  const parser = pool({ workers: 1 });
  const asked = parser.parse(MAIL, [slowMail(), mail('next')]);
  const refused = expect(asked).rejects.toMatchObject({ code: 'import-stopped' });
  await parser.close();
  await refused;
  await expect(parser.parse(MAIL, [mail('late')])).rejects.toMatchObject({ code: 'import-stopped' });
});

test('an abort takes effect at once, even while a message occupies a thread, and the pool continues', async () => {
  const parser = pool({ workers: 1, messageTimeoutMs: 150 });
  const abort = new AbortController();
  const refused = expect(parser.parse(MAIL, [slowMail()], abort.signal)).rejects.toThrow('enough');
  abort.abort(new Error('enough'));
  await refused;
  expect(await parser.parse(MAIL, [mail('next')])).toMatchObject([
    { ok: true, message: { subject: 'next' } },
  ]);
}, 30_000);
