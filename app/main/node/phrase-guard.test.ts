import { expect, test } from 'vitest';
import { VirtualClock } from '../platform/memory/clock.ts';
import { PhraseGuard } from './phrase-guard.ts';

function guard(isNew = false) {
  const clock = new VirtualClock(1_000_000);
  const keys = { phraseConfirmed: false, opensWith: (given: string) => Promise.resolve(given === 'harbour') };
  const init = { keys, clock, isNew, passphraseFile: '/data/node/passphrase' };
  return { clock, keys, guard: new PhraseGuard(init) };
}

test('a page reads the words with the passphrase alone; a program and the desktop program without it', async () => {
  const { guard: one } = guard();
  await expect(one.allow('browser', undefined)).rejects.toMatchObject({
    code: 'passphrase-again',
    remedy: expect.stringContaining('/data/node/passphrase') as string,
  });
  await expect(one.allow('browser', 'harbou')).rejects.toMatchObject({ code: 'wrong-passphrase' });
  await one.allow('browser', 'harbour');
  await one.allow('program', undefined);
  await one.allow('shell', undefined);
});

test('the words of a new identity are shown for half an hour, until they were confirmed', async () => {
  const { guard: one, keys, clock } = guard(true);
  await clock.pass(30 * 60_000 - 1);
  await one.allow('browser', undefined);
  keys.phraseConfirmed = true;
  await expect(one.allow('browser', undefined)).rejects.toMatchObject({ code: 'passphrase-again' });
  keys.phraseConfirmed = false;
  await clock.pass(1);
  await expect(one.allow('browser', undefined)).rejects.toMatchObject({ code: 'passphrase-again' });
});

test('five passphrases may be tried at once, then one every half minute; asking without one costs nothing', async () => {
  const { guard: one, clock } = guard();
  for (let attempt = 0; attempt < 5; attempt++) {
    await expect(one.allow('browser', undefined)).rejects.toMatchObject({ code: 'passphrase-again' });
    await expect(one.allow('browser', 'guess')).rejects.toMatchObject({ code: 'wrong-passphrase' });
  }
  await expect(one.allow('browser', 'harbour')).rejects.toMatchObject({ code: 'too-many-attempts' });
  await clock.pass(29_000);
  await expect(one.allow('browser', 'harbour')).rejects.toMatchObject({ code: 'too-many-attempts' });
  await clock.pass(1000);
  await one.allow('browser', 'harbour');
});
