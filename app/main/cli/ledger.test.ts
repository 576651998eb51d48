import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeGenesis, type Genesis } from '../community/index.ts';
import { cidOf } from '../kernel/cid.ts';
import { encodeEvidenceFile } from '../ledger/proofs/evidence-file.ts';
import { encodeProof } from '../ledger/proofs/proof.ts';
import { openAnyProof, proofToJson } from '../ledger/proofs/proof-json.ts';
import { Prover } from '../ledger/chain/prover.ts';
import { AnchoredLedger } from '../ledger/chain/test-anchors.ts';
import { TestLedger } from '../ledger/test-ledger.ts';
import { motionMessage, type Vote } from '../ledger/types/vote.ts';
import { blsSignerOf, blst } from '../platform/bls/blst.ts';
import type { NodeConnector } from './node-connector.ts';
import { run } from './test-cli.ts';

let root: string;
let id: string;
const at = (name: string) => join(root, name);

/** No command of this file may open a node. */
const connector: NodeConnector = {
  openNode: () => Promise.reject(new Error('no node is needed')),
  startNode: () => Promise.reject(new Error('no node is needed')),
  simulate: () => Promise.reject(new Error('no worlds are needed')),
};

const impulse = (...args: string[]) => run(args, connector);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'impulse-ledger-cli-'));
  const documents: Genesis[] = [];
  const documentOf = (name: string) =>
    new TestLedger({
      validators: 4,
      bls: blst,
      blsSigner: blsSignerOf,
      origin(parts) {
        documents.push(makeGenesis({ ...parts, name, description: '', nonce: new Uint8Array(16) }));
        return documents.at(-1)!;
      },
    });
  const ledger = documentOf('Harbour');
  documentOf('Elsewhere');
  const odin = ledger.person('odin');
  const granted = await ledger.act(ledger.founder, 'role.grant', { member: odin.key, role: 'member' });
  id = cidOf(granted.id);
  const proof = new Prover(ledger.origin.id, ledger.chain.store).prove(granted.id);
  const bytes = encodeProof(proof);
  await writeFile(at('genesis'), documents[0]!.bytes);
  await writeFile(at('evidence'), evidenceOf(ledger));
  await writeFile(at('elsewhere'), documents[1]!.bytes);
  await writeFile(at('proof'), bytes);
  await writeFile(at('proof.json'), JSON.stringify(proofToJson(proof), null, 2));
  const post = encodeProof(await provePost((made) => writeFile(at('bay'), made.bytes)));
  await writeFile(at('post.proof'), post);
  const prover = new Prover(ledger.origin.id, ledger.chain.store);
  await writeFile(at('there.proof'), encodeProof(prover.proveEntry(ledger.chain.state, 'handle/mara')));
  const absent = prover.proveEntry(ledger.chain.state, 'handle/odin');
  await writeFile(at('absent.json'), JSON.stringify(proofToJson(absent)));
  await writeFile(at('post.short'), JSON.stringify(proofToJson(openAnyProof(post))).slice(0, 900));
  await writeFile(at('short'), bytes.slice(0, bytes.length - 20));
  await writeFile(at('short.json'), JSON.stringify(proofToJson(proof)).slice(0, 300));
});
afterAll(() => rm(root, { recursive: true, force: true }));

test.each(['proof', 'proof.json'])('a %s is checked with only the genesis document', async (file) => {
  const { code, out } = await impulse('verify-proof', at(file), '--genesis', at('genesis'));
  expect(code).toBe(0);
  expect(out).toMatch(/^Proven +The transaction is final\./);
  expect(out).toContain(id);
  expect(out).toContain('4 of 4 validators; 3 must (byzantine)');
});

/** The proof of a post in its own community. */
async function provePost(found: (genesis: Genesis) => Promise<void>) {
  const documents: Genesis[] = [];
  const world = new AnchoredLedger({
    bls: blst,
    blsSigner: blsSignerOf,
    origin(parts) {
      documents.push(makeGenesis({ ...parts, name: 'Bay', description: '', nonce: new Uint8Array(16) }));
      return documents[0]!;
    },
  });
  await found(documents[0]!);
  const [post] = await world.say(3);
  await world.block();
  const { store } = world.mara.node.log;
  const prover = new Prover(world.ledger.origin.id, world.ledger.chain.store);
  return prover.proveEvent(post!, store.sealed(post!)!, store.anchors.find(post!)!.height!);
}

test.each([
  ['there.proof', 'The state has this entry after block 1.'],
  ['absent.json', 'The state has no such entry after block 1.'],
])('the proof of a state entry (%s) is checked with only the genesis document', async (file, says) => {
  const { code, out } = await impulse('verify-proof', at(file), '--genesis', at('genesis'));
  expect(code).toBe(0);
  expect(out).toContain(says);
  expect(out).toContain('handle/');
  expect(out).toContain('4 of 4 validators');
});

test('the proof of an entry as JSON has its value', async () => {
  const { out } = await impulse('verify-proof', at('there.proof'), '--genesis', at('genesis'), '--json');
  expect(JSON.parse(out)).toMatchObject({
    ok: true,
    transaction: null,
    entry: { key: 'handle/mara', present: true, value: expect.stringMatching(/^0x[0-9a-f]{64}$/) as string },
  });
});

test('the proof of a post shows who wrote what, and that a quorum holds it', async () => {
  const { code, out } = await impulse('verify-proof', at('post.proof'), '--genesis', at('bay'));
  expect(code).toBe(0);
  expect(out).toMatch(/^Proven +A quorum of the validators held this when they signed the block\./);
  expect(out).toContain('line 0');
  expect(out).toMatch(/By +did:key:z6Mk\w+\n/);
  const json = await impulse('verify-proof', at('post.proof'), '--genesis', at('bay'), '--json');
  expect(JSON.parse(json.out)).toMatchObject({
    ok: true,
    transaction: null,
    event: { kind: 'chat.say', signed: true, body: { text: 'line 0' } },
    block: { height: 1 },
  });
});

test('programs get the same as JSON', async () => {
  const { out } = await impulse('verify-proof', at('proof'), '--genesis', at('genesis'), '--json');
  expect(JSON.parse(out)).toMatchObject({
    ok: true,
    transaction: { id, kind: 'role.grant' },
    quorum: 3,
    epochs: 0,
  });
});

test.each([
  ['short', 'genesis', 'malformed'],
  ['short.json', 'genesis', 'bad-proof'],
  ['proof', 'elsewhere', 'wrong-community'],
  ['post.proof', 'genesis', 'wrong-community'],
  ['post.short', 'bay', 'bad-proof'],
])('%s with %s is not proven, and the command exits with 4', async (file, genesis, why) => {
  const { code, out } = await impulse('verify-proof', at(file), '--genesis', at(genesis));
  expect(code).toBe(4);
  expect(out).toMatch(/^Not proven: /);
  expect(out).toContain(`(${why})`);
});

test('a genesis document is shown from its file', async () => {
  const { code, out } = await impulse('genesis', '--file', at('genesis'));
  expect(code).toBe(0);
  expect(out).toMatch(/^bafyrei/);
  expect(out).toContain('"name": "Harbour"');
  const { err } = await impulse('genesis', '--file', at('proof'));
  expect(err).toContain('not a genesis document');
  expect((await readFile(at('genesis'))).length).toBeGreaterThan(500);
});

test.each([
  ['ledger', 'status'],
  ['tx', 'list'],
  ['validator', 'list'],
])('the directory given after “%s %s” is the one that is used', async (...words) => {
  const { code, err } = await impulse(...words, '--data', at('elsewhere'));
  expect(code).not.toBe(0);
  expect(err).toContain(at('elsewhere'));
});

/** An evidence file against the first validator, who finalised two blocks in one slot. */
function evidenceOf(ledger: TestLedger): Uint8Array {
  const { chain, origin } = ledger;
  const { set } = chain;
  const { bls } = ledger.person(set.validators[0]!.peer);
  const vote = (fill: number): Vote => {
    const block = new Uint8Array(32).fill(fill);
    const motion = { kind: 'finalise', epoch: 0, slot: 7, block } as const;
    return { ...motion, voter: 0, signature: bls.sign(motionMessage(origin.id, set, motion)) };
  };
  return encodeEvidenceFile(origin.id, [], [{ first: vote(1), second: vote(2) }]);
}

test('evidence is valid with only the genesis document, and not with that of another community', async () => {
  const { code, out } = await impulse(
    'ledger',
    'verify-evidence',
    at('evidence'),
    '--genesis',
    at('genesis'),
  );
  expect([code, out]).toEqual([
    0,
    expect.stringMatching(/did:key:z6Mk.* 7 .*finalise bafy.* and finalise bafy/),
  ]);
  const wrong = await impulse('ledger', 'verify-evidence', at('evidence'), '--genesis', at('elsewhere'));
  expect([wrong.code, wrong.out]).toEqual([4, expect.stringContaining('(wrong-community)')]);
  const other = await impulse('ledger', 'verify-evidence', at('proof'), '--genesis', at('genesis'));
  expect([other.code, other.out]).toEqual([4, expect.stringContaining('(bad-evidence)')]);
});
