import {
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  pbkdf2Sync,
  scryptSync,
  verify,
} from 'node:crypto';
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemRandom } from '../kernel/clock.ts';
import { signerOf } from '../platform/keys/ed25519.ts';
import { newWrappingKey, seal } from '../platform/keys/sealed.ts';
import { dataLayout, openDataDirectory } from './data-directory.ts';
import { KeyRing } from './keys.ts';
import { findPassphrase } from './passphrase.ts';

const unlock = { kind: 'passphrase', passphrase: 'correct horse' } as const;
/** The BIP 39 phrase of 32 zero bytes. */
const zeroWords = [...Array<string>(23).fill('abandon'), 'art'];

let root: string;
let file: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'impulse-keys-'));
  file = join(root, 'keys.json');
});
afterEach(() => rm(root, { recursive: true, force: true }));

test('the same keys are read after a restart', async () => {
  const made = await KeyRing.create(file, unlock);
  const opened = await KeyRing.open(file, unlock);
  expect(opened.did).toBe(made.did);
  expect(opened.peerSeed).toEqual(made.peerSeed);
  expect(opened.phrase()).toEqual(made.phrase());
});

test('the key file is private and contains neither key nor passphrase in plain text', async () => {
  const ring = await KeyRing.create(file, unlock);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const content = await readFile(file, 'utf8');
  for (const secret of [Buffer.from(ring.peerSeed).toString('base64'), unlock.passphrase]) {
    expect(content).not.toContain(secret);
  }
  expect(ring.phrase().filter((word) => content.includes(word)).length).toBeLessThan(12);
});

test('a signature verifies under the public key', async () => {
  const person = (await KeyRing.create(file, unlock)).person();
  const message = new TextEncoder().encode('hello');
  const signature = person.sign(message);
  const x = Buffer.from(person.publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  expect(signature).toHaveLength(64);
  expect(verify(null, message, key, signature)).toBe(true);
});

test('the phrase restores the person on another machine, with another peer key', async () => {
  const first = await KeyRing.create(file, unlock);
  const words = first.phrase().map((word) => ` ${word.toUpperCase()} `);
  const second = await KeyRing.create(join(root, 'other.json'), unlock, words);
  expect(second.did).toBe(first.did);
  expect(second.phraseConfirmed).toBe(true);
  expect(second.peerSeed).not.toEqual(first.peerSeed);
});

test('empty places between the words of a phrase do not count', async () => {
  const spaced = zeroWords.flatMap((word) => ['', word, ' ']);
  expect((await KeyRing.create(file, unlock, spaced)).phrase()).toEqual(zeroWords);
});

test('a phrase always gives the same identity', async () => {
  const ring = await KeyRing.create(file, unlock, zeroWords);
  expect(ring.did).toMatchInlineSnapshot(`"did:key:z6Mkfm3dhHgrn8hkXDjZDBqeC5rT64wZvUqbtCtWpXiX1eDB"`);
});

/** HKDF-SHA256 (RFC 5869) by Node, without salt. */
const derived = (secret: Uint8Array, info: string) =>
  new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(0), info, 32));

/** The public key of an Ed25519 seed, by Node. */
function publicKeyOf(seed: Uint8Array): Uint8Array {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const spki = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  return new Uint8Array(spki.export({ format: 'der', type: 'spki' }).subarray(-32));
}

test('[CM7] the persons of a phrase are derived from its seed, each by a path of its own', async () => {
  const ring = await KeyRing.create(file, unlock, zeroWords);
  const seed = pbkdf2Sync(zeroWords.join(' '), 'mnemonic', 2048, 64, 'sha512');
  const path = 'impulse/person/ed25519/v1';
  expect(ring.person().publicKey).toEqual(publicKeyOf(derived(seed, path)));
  expect(ring.person(1).publicKey).toEqual(publicKeyOf(derived(seed, `${path}/1`)));
  expect(ring.person(12).publicKey).toEqual(publicKeyOf(derived(seed, `${path}/12`)));
  expect(ring.person(1)).toBe(ring.person(1));
});

test('[CM7] a new person is one that was never used, here or in a restored community, and stays used', async () => {
  const ring = await KeyRing.create(file, unlock);
  expect(await ring.newPerson(0)).toBe(1);
  expect(await ring.newPerson(0)).toBe(2);
  expect(await ring.newPerson(7)).toBe(8);
  expect(await (await KeyRing.open(file, unlock)).newPerson(3)).toBe(9);
});

test('the key that signs blocks follows from the peer of this machine, not from the person', async () => {
  const ring = await KeyRing.create(file, unlock, zeroWords);
  expect(ring.validatorSeed).toEqual(derived(ring.peerSeed, 'impulse/validator/bls/v1'));
  const other = await KeyRing.create(join(root, 'other.json'), unlock, zeroWords);
  expect(other.did).toBe(ring.did);
  expect(other.validatorSeed).not.toEqual(ring.validatorSeed);
});

test('many messages are signed as one is, in their order', async () => {
  const person = (await KeyRing.create(file, unlock)).person();
  const messages = [1, 2, 3].map((n) => new Uint8Array(n).fill(n));
  expect(await person.signAll(messages)).toEqual(messages.map((message) => person.sign(message)));
});

test('a key file exists even if nobody can read its content, and is missed only if there is none', async () => {
  expect(await KeyRing.exists(file)).toBe(false);
  await writeFile(file, 'no key file');
  expect(await KeyRing.exists(file)).toBe(true);
  await expect(KeyRing.exists(root)).rejects.toMatchObject({ code: 'EISDIR' });
});

test('a restored person signs at once, not only after a restart', async () => {
  const ring = await KeyRing.create(file, unlock);
  const before = ring.person(1).publicKey;
  await ring.restore(zeroWords);
  expect(ring.phraseConfirmed).toBe(true);
  expect(ring.person(1).publicKey).not.toEqual(before);
  expect(ring.person(1).publicKey).toEqual((await KeyRing.open(file, unlock)).person(1).publicKey);
});

test('a restored person stays after a restart', async () => {
  const ring = await KeyRing.create(file, unlock);
  const before = ring.did;
  await ring.restore(zeroWords);
  expect(ring.did).not.toBe(before);
  expect((await KeyRing.open(file, unlock)).did).toBe(ring.did);
});

test('a phrase with a wrong word, order or length is refused with the reason', async () => {
  const create = (words: string[]) => KeyRing.create(file, unlock, words);
  await expect(create(['abandonn', ...zeroWords.slice(1)])).rejects.toThrow('by position: 1.');
  await expect(create(['abandonn', ...zeroWords.slice(1, 23), 'arts'])).rejects.toThrow(
    'by position: 1, 24.',
  );
  await expect(create([...zeroWords].reverse())).rejects.toThrow('in this order');
  await expect(create(zeroWords.slice(1))).rejects.toThrow('24 words, not 23');
});

test('only three correct words confirm that the phrase was written down', async () => {
  const ring = await KeyRing.create(file, unlock, undefined);
  const words = ring.phrase();
  const answer = (index: number) => ({ index, word: words[index] ?? '' });
  expect(await ring.confirmPhrase([answer(0), answer(5), { index: 7, word: 'wrong' }])).toBe(false);
  expect(await ring.confirmPhrase([answer(0), answer(0), answer(0)])).toBe(false);
  expect(ring.phraseConfirmed).toBe(false);
  const typed = { index: 5, word: ` ${words[5]!.toUpperCase()} ` };
  expect(await ring.confirmPhrase([answer(0), typed, answer(23)])).toBe(true);
  expect((await KeyRing.open(file, unlock)).phraseConfirmed).toBe(true);
});

test('a wrong passphrase gives a reason and a remedy', async () => {
  await KeyRing.create(file, unlock);
  await expect(KeyRing.open(file, { kind: 'passphrase', passphrase: 'wrong' })).rejects.toMatchObject({
    code: 'wrong-passphrase',
    remedy: expect.stringContaining('recovery phrase'),
  });
});

test('a damaged or truncated file is distinguished from a wrong passphrase', async () => {
  await KeyRing.create(file, unlock);
  const sound = JSON.parse(await readFile(file, 'utf8')) as { data: string };
  const data = `${sound.data.startsWith('A') ? 'B' : 'A'}${sound.data.slice(1)}`;
  await writeFile(file, JSON.stringify({ ...sound, data }));
  await expect(KeyRing.open(file, unlock)).rejects.toMatchObject({ code: 'keys-corrupt' });
  await truncate(file, 100);
  await expect(KeyRing.open(file, unlock)).rejects.toMatchObject({ code: 'keys-corrupt' });
  await truncate(file, 0);
  await expect(KeyRing.open(file, unlock)).rejects.toMatchObject({ code: 'keys-corrupt' });
});

test('parts of another length, and a secret of another form, are damage too', async () => {
  const ring = await KeyRing.create(file, unlock);
  const sound = JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
  for (const part of ['check', 'nonce', 'tag']) {
    await writeFile(file, JSON.stringify({ ...sound, [part]: sound[part]!.slice(4) }));
    await expect(KeyRing.open(file, unlock)).rejects.toMatchObject({ code: 'keys-corrupt' });
    await expect(ring.opensWith(unlock.passphrase)).rejects.toMatchObject({ code: 'keys-corrupt' });
  }
  const wrapping = await newWrappingKey(unlock, systemRandom);
  await writeFile(file, seal(Buffer.from('{"entropy":"short"}'), wrapping, systemRandom));
  await expect(KeyRing.open(file, unlock)).rejects.toMatchObject({ code: 'keys-corrupt' });
});

test('a tampered file cannot demand gigabytes of memory', async () => {
  await KeyRing.create(file, unlock);
  const sound = JSON.parse(await readFile(file, 'utf8')) as { kdf: object };
  await writeFile(file, JSON.stringify({ ...sound, kdf: { ...sound.kdf, n: 2 ** 30 } }));
  await expect(KeyRing.open(file, unlock)).rejects.toMatchObject({ code: 'keys-corrupt' });
});

test('keys under the system key store open with its key, and the headless host says why it cannot open them', async () => {
  const key = systemRandom.bytes(32);
  const ring = await KeyRing.create(file, { kind: 'system', key });
  expect((await KeyRing.open(file, { kind: 'system', key })).did).toBe(ring.did);
  await expect(KeyRing.open(file, unlock)).rejects.toMatchObject({ code: 'keys-need-desktop' });
  await expect(KeyRing.open(file, { kind: 'system', key: systemRandom.bytes(32) })).rejects.toMatchObject({
    code: 'wrong-system-key',
  });
  await KeyRing.create(file, unlock);
  await expect(KeyRing.open(file, { kind: 'system', key })).rejects.toMatchObject({
    code: 'keys-need-passphrase',
  });
});

test('the key of the system key store is expanded by paths of their own for the file and for its check', async () => {
  const key = new Uint8Array(32).fill(3);
  await KeyRing.create(file, { kind: 'system', key });
  const { kdf, check, nonce, tag, data } = JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
  const wrapping = derived(key, 'impulse/keys/wrap/v1');
  expect(Buffer.from(check!, 'base64')).toEqual(
    Buffer.from(derived(wrapping, 'impulse/keys/check/v1')).subarray(0, 16),
  );
  const decipher = createDecipheriv('aes-256-gcm', wrapping, Buffer.from(nonce!, 'base64'))
    .setAAD(Buffer.from(JSON.stringify(['impulse/keys/v1', kdf])))
    .setAuthTag(Buffer.from(tag!, 'base64'));
  const plain = Buffer.concat([decipher.update(Buffer.from(data!, 'base64')), decipher.final()]);
  expect(plain.toString()).toContain('entropy');
});

test('keys and seeds of another length are refused', async () => {
  const key = new Uint8Array(31);
  await expect(KeyRing.create(file, { kind: 'system', key })).rejects.toThrow(RangeError);
  expect(() => signerOf(key)).toThrow(new RangeError('an Ed25519 seed has 32 bytes'));
});

test('a new headless node makes a private passphrase file and finds it again', async () => {
  const { directory } = await openDataDirectory(root);
  const made = await findPassphrase(directory, { env: {}, random: systemRandom, mayMake: true });
  expect(made.besideKeys).toBe(true);
  expect((await stat(directory.passphrase)).mode & 0o777).toBe(0o600);
  expect(await findPassphrase(directory, { env: {}, random: systemRandom, mayMake: false })).toEqual(made);
});

test('a passphrase file that others may read is refused', async () => {
  const path = join(root, 'open-to-all');
  await writeFile(path, 'secret', { mode: 0o644 });
  const options = { env: { IMPULSE_PASSPHRASE_FILE: path }, random: systemRandom, mayMake: false };
  await expect(findPassphrase(dataLayout(root), options)).rejects.toMatchObject({
    code: 'passphrase-exposed',
    remedy: expect.stringContaining('chmod 600'),
  });
});

test('the key is derived with exactly the cost that the file names', async () => {
  await KeyRing.create(file, { kind: 'passphrase', passphrase: 'harbour' });
  const { kdf, nonce, tag, data } = JSON.parse(await readFile(file, 'utf8')) as {
    kdf: { n: number; r: number; p: number; salt: string };
    nonce: string;
    tag: string;
    data: string;
  };
  expect(kdf).toMatchObject({ n: 2 ** 15, r: 8, p: 1 });
  const bytes = (text: string) => Buffer.from(text, 'base64');
  const opened = (cost: number) => {
    const key = scryptSync('harbour', bytes(kdf.salt), 32, { N: cost, r: kdf.r, p: kdf.p, maxmem: 2 ** 27 });
    const decipher = createDecipheriv('aes-256-gcm', key, bytes(nonce))
      .setAAD(Buffer.from(JSON.stringify(['impulse/keys/v1', kdf])))
      .setAuthTag(bytes(tag));
    return Buffer.concat([decipher.update(bytes(data)), decipher.final()]).toString();
  };
  expect(opened(kdf.n)).toContain('entropy');
  expect(() => opened(kdf.n / 2)).toThrow('unable to authenticate');
});

test('a passphrase is checked against the file, whatever opened it', async () => {
  const ring = await KeyRing.create(file, { kind: 'passphrase', passphrase: 'harbour' });
  expect(await ring.opensWith('harbour')).toBe(true);
  expect(await ring.opensWith('harbou')).toBe(false);
  const system = await KeyRing.create(`${file}.system`, { kind: 'system', key: new Uint8Array(32).fill(3) });
  expect(await system.opensWith('harbour')).toBe(false);
});
