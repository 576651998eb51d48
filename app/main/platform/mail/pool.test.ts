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

/** A mail of over a million parts, which takes the parser many seconds. */
function slowMail(): Uint8Array {
  const parts = '--b\n\nx\n'.repeat(1_500_000);
  return new TextEncoder().encode(
    `Subject: slow\nContent-Type: multipart/mixed; boundary=b\n\n${parts}--b--\n`,
  );
}

test('answers come in the order asked, however many threads share the work', async () => {
  const subjects = Array.from({ length: 1000 }, (_, at) => `s${at}`);
  const parsed = await pool().parse(subjects.map(mail));
  expect(parsed.map((result) => (result.ok ? result.message.subject : result.reason))).toEqual(subjects);
});

test('a message that takes too long is given up, and those before and after it are read', async () => {
  const parsed = await pool({ workers: 1, messageTimeoutMs: 400 }).parse([
    mail('before'),
    slowMail(),
    mail('after'),
    new TextEncoder().encode('no mail at all'),
  ]);
  expect(parsed.map((result) => (result.ok ? result.message.subject : result.reason))).toEqual([
    'before',
    'It took longer than 0.4 seconds to read.',
    'after',
    'It has no mail headers.',
  ]);
}, 30_000);

test('attachments arrive whole', async () => {
  const body = Buffer.alloc(300_000, 7);
  const [parsed] = await pool().parse([
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
  expect(await pool().parse(mails)).toEqual(alone);
});

test('closing while messages are read rejects with a Problem', async () => {
  const parser = pool({ workers: 1 });
  const asked = parser.parse([slowMail(), mail('next')]);
  const refused = expect(asked).rejects.toMatchObject({ code: 'import-stopped' });
  await parser.close();
  await refused;
  await expect(parser.parse([mail('late')])).rejects.toMatchObject({ code: 'import-stopped' });
});

test('an abort takes effect at once, even while a message occupies a thread, and the pool continues', async () => {
  const parser = pool({ workers: 1, messageTimeoutMs: 500 });
  const abort = new AbortController();
  const refused = expect(parser.parse([slowMail()], abort.signal)).rejects.toThrow('enough');
  abort.abort(new Error('enough'));
  await refused;
  expect(await parser.parse([mail('next')])).toMatchObject([{ ok: true, message: { subject: 'next' } }]);
}, 30_000);
