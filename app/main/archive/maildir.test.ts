import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { diskFiles } from '../platform/mail/files.ts';
import { openMaildir } from './maildir.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'archive-maildir-'));
  for (const room of ['cur', 'new', 'tmp', '.Lists.tides/cur'])
    await mkdir(join(folder, room), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const mail = (id: string) => `From: Ada <ada@mole.example>\nMessage-ID: <${id}@x>\n\nhello ${id}\n`;

async function listed() {
  const reader = await openMaildir(diskFiles(), folder);
  const told: [string, string][] = [];
  for await (const piece of reader.scan()) {
    const text = piece.kind === 'message' ? new TextDecoder().decode(piece.bytes) : piece.reason;
    told.push([reader.placeName(piece.place), /hello (\S+)/.exec(text)?.[1] ?? text]);
  }
  return told;
}

test('[AR7] links and packed mails are read; deleted mails and subfolders are listed; tmp is not touched', async () => {
  await writeFile(join(folder, 'elsewhere'), mail('linked'));
  await symlink(join('..', 'elsewhere'), join(folder, 'cur', '1046772902.L.mole:2,S'));
  await writeFile(join(folder, 'cur', '1046772901.P.mole,S=9:2,S'), gzipSync(mail('packed')));
  await writeFile(join(folder, 'cur', '1046772901.Z.mole,S=9:2,S'), zstdCompressSync(mail('zstd')));
  await writeFile(join(folder, 'cur', '1046772900.D.mole:2,D'), mail('draft'));
  await writeFile(join(folder, 'cur', '1046772903.T.mole,S=9,W=10:2,RST'), mail('trashed'));
  await writeFile(join(folder, 'new', '1046772904.N.mole'), mail('new').replaceAll('\n', '\r'));
  await writeFile(join(folder, 'tmp', '1046772905.H.mole'), mail('half'));
  await symlink('nowhere', join(folder, 'cur', '1046772906.B.mole:2,S'));
  await writeFile(join(folder, '.Lists.tides', 'cur', '1046772907.S.mole:2,S'), mail('sub'));
  expect(await listed()).toEqual([
    ['cur/1046772903.T.mole,S=9,W=10:2,RST', 'It is marked as deleted.'],
    ['.Lists.tides', expect.stringContaining('.Lists.tides was not read')],
    ['cur/1046772900.D.mole:2,D', 'draft'],
    ['cur/1046772901.P.mole,S=9:2,S', 'packed'],
    ['cur/1046772901.Z.mole,S=9:2,S', 'zstd'],
    ['cur/1046772902.L.mole:2,S', 'linked'],
    ['new/1046772904.N.mole', 'new'],
    ['cur/1046772906.B.mole:2,S', expect.stringContaining('nothing at')],
  ]);
});

test('[AR9] the name of a file tells when it was delivered', async () => {
  await writeFile(join(folder, 'new', '1046772900.N.mole'), mail('a'));
  await writeFile(join(folder, 'new', 'odd'), mail('b'));
  const reader = await openMaildir(diskFiles(), folder);
  const dates: (number | null)[] = [];
  for await (const piece of reader.scan()) if (piece.kind === 'message') dates.push(piece.date);
  expect(dates.toSorted()).toEqual([1_046_772_900_000, null]);
});
