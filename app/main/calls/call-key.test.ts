import { expect, it } from 'vitest';
import { didOf } from '../kernel/did.ts';
import type { Role } from '../kernel/roles.ts';
import { sha256 } from '../kernel/sha256.ts';
import type { TestNode } from '../node/test-community.ts';
import { immediateVerifier } from '../platform/crypto/ed25519.ts';
import { signerOf } from '../platform/keys/ed25519.ts';
import { callKeys } from './call-key.ts';
import { Caller, callers } from './test-calls.ts';

const key = Buffer.alloc(32, 7).toString('base64url');
const otherKey = Buffer.alloc(32, 8).toString('base64url');
const refused = { code: 'key-refused' };

async function encrypted() {
  const { others, ...world } = await callers('ines', 'olga');
  const [ines, olga] = others as [TestNode, TestNode];
  const room = await world.mara.calls.open({
    title: 'Council',
    board: null,
    rules: { encrypted: true },
    startsAt: null,
  });
  await world.clock.pass(3000);
  const claim = { room: room.id, participant: 'ines-stay-1', key };
  const did = ines.members.me().did;
  return { ...world, ines, olga, claim, did };
}

it('[CE3] a key that the node of a member signed is theirs at the nodes of others', async () => {
  const { mara, olga, ines, claim, did } = await encrypted();
  const signed = ines.calls.signKey(claim);
  for (const node of [mara, olga]) {
    expect(await node.calls.checkKey({ ...claim, ...signed, did })).toMatchObject({ did, handle: 'ines' });
  }
});

it('[CE3] a signature is valid for one person, room, participant, key and time', async () => {
  const { mara, ines, olga, claim, did } = await encrypted();
  const signed = ines.calls.signKey(claim);
  const other = await mara.calls.open({ title: 'Other', board: null, rules: {}, startsAt: null });
  for (const change of [
    { did: olga.members.me().did },
    { did: 'did:key:znothing' },
    { room: other.id },
    { participant: 'ines-stay-2' },
    { key: otherKey },
    { key: 'short' },
    { at: signed.at + 1 },
    { signature: olga.calls.signKey(claim).signature },
    { signature: 'AAAA' },
  ]) {
    const check = mara.calls.checkKey({ ...claim, ...signed, did, ...change });
    await expect(check, JSON.stringify(change)).rejects.toMatchObject(refused);
  }
});

it('[CE3] a signature counts for a day, and only while its person has a role', async () => {
  const { claim, clock } = await encrypted();
  const signer = signerOf(sha256(Buffer.from('ines')));
  const did = didOf(signer.publicKey);
  let now = clock.now();
  let role: Role | null = 'guest';
  const keys = callKeys({
    community: new Uint8Array(32),
    clock: { now: () => now, after: () => () => {} },
    signer,
    verifier: immediateVerifier,
    roleOf: () => role,
    person: () => ({ did, handle: 'ines', role: 'guest' }),
  });
  const check = { ...claim, ...keys.signKey(claim), did };
  now += 23 * 60 * 60_000;
  await expect(keys.checkKey(check)).resolves.toMatchObject({ handle: 'ines' });
  role = null;
  await expect(keys.checkKey(check)).rejects.toMatchObject({ code: 'key-of-no-member' });
  role = 'guest';
  now += 2 * 60 * 60_000;
  await expect(keys.checkKey(check)).rejects.toMatchObject(refused);
  now -= 26 * 60 * 60_000;
  await expect(keys.checkKey(check)).rejects.toMatchObject(refused);
});

it('[CE1] [CE10] a room stays encrypted as it was opened, and its host does not record it', async () => {
  const { mara, claim, clock } = await encrypted();
  expect(() => mara.calls.change({ room: claim.room, rules: { encrypted: false } })).toThrow(
    expect.objectContaining({ code: 'encryption-fixed' }),
  );
  const host = await Caller.join({ clock }, mara, claim.room);
  await expect(host.ask({ type: 'record', on: true })).rejects.toMatchObject({ code: 'encrypted-room' });
});
