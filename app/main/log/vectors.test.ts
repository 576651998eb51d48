import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { boardKinds } from '../boards/kinds.ts';
import { openGenesis } from '../community/genesis.ts';
import { communityUpdate } from '../community/profile.ts';
import { equalBytes, fromHex, toHex } from '../kernel/bytes.ts';
import { cidOf } from '../kernel/cid.ts';
import { Problem } from '../kernel/errors.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { Roster } from '../members/index.ts';
import { immediateVerifier } from '../platform/crypto/ed25519.ts';
import { signerOf } from '../platform/keys/ed25519.ts';
import { judge, type AdmissionContext } from './admission.ts';
import { encodeEvent, openEvent, sealEvent, signingPayload, type LogEvent } from './event.ts';
import type { Kind } from './kinds.ts';
import { unknownKind } from './unknown-kinds.ts';

const folder = join(import.meta.dirname, 'vectors');
const world = fieldsOf(join(folder, 'world.txt'));
const genesis = openGenesis(unpack(world['genesis']!));
const kinds: Kind[] = [...Object.values(boardKinds), communityUpdate];

/**
 * The named fields of a vector file; lines with a number sign are comments, indented lines continue a field.
 */
function fieldsOf(path: string): Record<string, string> {
  const text = readFileSync(path, 'utf8')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\n +/g, ' ');
  return Object.fromEntries(
    [...text.matchAll(/^([a-z]+): ?(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
}

/** Bytes of hexadecimal text in which `61*1000` stands for a thousand times the byte 61. */
function unpack(text: string): Uint8Array {
  return fromHex(
    text
      .replaceAll(/([0-9a-f]{2})\*(\d+)/g, (_run, byte: string, times: string) => byte.repeat(Number(times)))
      .replaceAll(' ', ''),
  );
}

const filesOf = (kind: string) =>
  globSync('*.txt', { cwd: join(folder, kind) })
    .toSorted()
    .map((name) => ({ name: basename(name, '.txt'), ...fieldsOf(join(folder, kind, name)) }));

/** A roster with the founder, and Mara from the time of her admission on. */
function rosterOfWorld(): Roster {
  const { founder, handle, createdAt } = genesis;
  const roster = new Roster({ key: founder, handle, time: ticksOf(createdAt) });
  const member = signerOf(fromHex(world['mara']!)).publicKey;
  roster.apply({
    height: 1,
    time: Number(world['admitted']),
    account: founder,
    kind: 'role.grant',
    body: { member, role: 'member', handle: 'mara' },
  });
  return roster;
}

interface Vector {
  readonly name: string;
  readonly bytes?: string;
  readonly signature?: string;
  readonly id?: string;
  readonly refusal?: string;
}

const vectors = { valid: filesOf('valid') as Vector[], invalid: filesOf('invalid') as Vector[] };
const context: AdmissionContext = {
  community: genesis.id,
  genesisTime: ticksOf(genesis.createdAt),
  nowMs: Number(world['now']),
  kindOf: (name) => kinds.find((kind) => kind.name === name) ?? unknownKind(name),
  authority: rosterOfWorld(),
};

function sealedOf({ bytes, signature }: Vector) {
  return { bytes: unpack(bytes!), signature: unpack(signature!) };
}

/** `accept`, or verdict and code of the refusal, in the order of the admission checks. */
async function verdictOn(vector: Vector): Promise<string> {
  const sealed = sealedOf(vector);
  let event: LogEvent;
  try {
    event = openEvent(sealed);
  } catch (error) {
    if (error instanceof Problem) return `reject ${error.code}`;
    throw error;
  }
  const refusal = judge(event, context);
  if (refusal) return `${refusal.verdict} ${refusal.code}`;
  const [genuine] = await immediateVerifier.verify([
    { publicKey: event.author, message: signingPayload(event.bytes), signature: sealed.signature },
  ]);
  return genuine ? 'accept' : 'reject bad-signature';
}

test('the world of the vectors has the id that its file names', () => {
  expect(cidOf(genesis.id)).toBe(world['community']);
});

test.each(vectors.valid)('[L1] [L2] [L3] [L4] [L6] [L7] accepted: $name', async (vector) => {
  expect(await verdictOn(vector)).toBe('accept');
  const event = openEvent(sealedOf(vector));
  expect(cidOf(event.id)).toBe(vector.id);
  expect(toHex(encodeEvent(event))).toBe(toHex(event.bytes));
  const seeds = [world['founder']!, world['mara']!].map((seed) => signerOf(fromHex(seed)));
  const signer = seeds.find(({ publicKey }) => equalBytes(publicKey, event.author))!;
  expect(toHex(sealEvent(event, signer).signature!)).toBe(toHex(event.signature!));
});

test.each(vectors.invalid)('[L1] [L2] [L3] [L4] [L5] [L6] [L7] [L8] [L10] refused: $name', async (vector) => {
  expect(await verdictOn(vector)).toBe(vector.refusal);
});
