import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { fromBase64Url } from '../app/main/kernel/bytes.ts';
import { openGenesis } from '../app/main/community/index.ts';
import { makeCertificate, judgeCertificate } from '../app/main/ledger/types/certificate.ts';
import { MAX_BLOCK_BYTES } from '../app/main/ledger/types/block.ts';
import { trustIn, verifyProof } from '../app/main/ledger/index.ts';
import { leastQuorum, makeValidatorSet } from '../app/main/ledger/types/validators.ts';
import { motionMessage } from '../app/main/ledger/types/vote.ts';
import { blsSignerOf, blst } from '../app/main/platform/bls/blst.ts';
import { pooledVerifier } from '../app/main/platform/crypto/ed25519.ts';
import { signerOf } from '../app/main/platform/keys/ed25519.ts';
import { withMembers, type Member } from './lib/fleet.ts';
import { JOIN_HEIGHT, joinFigures } from './ledger-join.ts';
import { searchFigures } from './ledger-search.ts';
import { agreed, form, loaded } from './lib/ledger-fleet.ts';
import { percentile, rate } from './lib/numbers.ts';
import type { Figure, Report } from './lib/report.ts';
import { withScratch } from './lib/scratch.ts';

const VALIDATORS = 4;
const STEADY = { perSecond: 100, seconds: 20 };
/** More than the target, to find the sustainable rate. */
const MOST = { perSecond: 1250, seconds: 60 };
const SUSTAINED = 1000;

/**
 * Four validators as processes on loopback: how fast they finalise, and what the signatures alone would cost.
 */
export async function ledger(): Promise<Report> {
  const bounds = await signatureBounds();
  const { figures, notes } = await withScratch((scratch) =>
    withMembers(VALIDATORS, (members) => run(members, scratch, bounds)),
  );
  const joining = await joinFigures(VALIDATORS, bounds);
  const searching = await searchFigures();
  return { figures: [...figures, ...joining, ...searching, ...certificateFigures()], notes };
}

export interface Bounds {
  readonly ed25519PerSecond: number;
  readonly blsMs: number;
}

/** The rate at which this machine checks signatures when idle. */
async function signatureBounds(): Promise<Bounds> {
  const signer = signerOf(randomBytes(32));
  const message = randomBytes(250);
  const check = { publicKey: signer.publicKey, message, signature: signer.sign(message) };
  const batch = Array.from({ length: 5000 }, () => check);
  const startedAt = performance.now();
  await pooledVerifier.verify(batch);
  const ed25519PerSecond = rate(batch.length, performance.now() - startedAt);
  const bls = blsSignerOf(randomBytes(32));
  const signature = bls.sign(message);
  const blsStartedAt = performance.now();
  for (let n = 0; n < 100; n++) blst.verify({ key: bls.publicKey, message, signature });
  return { ed25519PerSecond, blsMs: (performance.now() - blsStartedAt) / 100 };
}

async function run(members: Member[], scratch: string, bounds: Bounds): Promise<Report> {
  const peers = await form(members, scratch);
  const steady = await loaded(members, STEADY);
  const standing = await agreed(members);
  const most = await loaded(members, MOST);
  const after = await agreed(members);
  const proof = await proofFigures(members[0]!);
  const failover = await killLeader(members, peers);
  const quorum = leastQuorum('byzantine', VALIDATORS);
  // [K13] The leader's vote, and one certificate for each of the two rounds.
  const signaturesMs = 3 * bounds.blsMs;
  const each = bounds.ed25519PerSecond / VALIDATORS;
  const sustained = rate(after.transactions - standing.transactions, most.elapsedMs);
  // All nodes share the cores of this machine.
  const boundMs = Math.max(signaturesMs, (signaturesMs * VALIDATORS) / availableParallelism());
  const beside = { name: 'BLS checks of one block by four nodes on these cores', value: boundMs };
  return {
    figures: [
      {
        name: `submit to final at ${STEADY.perSecond} per second, p50`,
        value: percentile(steady.latencies, 0.5),
        unit: 'ms',
        target: { most: 50 },
        beside,
      },
      {
        name: `submit to final at ${STEADY.perSecond} per second, p99`,
        value: percentile(steady.latencies, 0.99),
        unit: 'ms',
        target: { most: 200 },
        beside,
      },
      {
        name: 'not final at the end',
        value: steady.missing,
        unit: 'transactions',
        target: { most: 0 },
      },
      {
        name: `final per second, ${MOST.seconds} s at ${MOST.perSecond} per second`,
        value: sustained,
        unit: 'tx/s',
        target: { least: SUSTAINED },
        beside: { name: 'Ed25519 checks of this machine, shared by four nodes', value: each },
      },
      {
        name: 'refused at that load (at most 512 of an account wait)',
        value: most.refused,
        unit: 'transactions',
      },
      {
        name: 'submit to final at that load, p50',
        value: percentile(most.latencies, 0.5),
        unit: 'ms',
      },
      {
        name: 'transactions per block at that load',
        value: (after.transactions - standing.transactions) / Math.max(1, after.height - standing.height),
        unit: 'tx',
        beside: { name: 'capacity of a block', value: Math.floor(MAX_BLOCK_BYTES / most.bytesEach) },
      },
      ...failover,
      ...proof,
    ],
    notes: [
      `${VALIDATORS} validators, quorum ${quorum}, as processes on 127.0.0.1; every node checks every signature and every vote waits for the disk. The load comes from all four.`,
      'Latency runs from before a transaction is signed until its block is on the disk of the node that submitted it.',
      `Joining: the blocks up to ${JOIN_HEIGHT.toLocaleString('en')} admit one member each and were signed by a quorum in one process; the newcomer is a separate process and fetches state and history from the other four.`,
    ],
  };
}

/** Kills the leader of the next slot while nothing is waiting, and times the next transaction. */
async function killLeader(members: readonly Member[], peers: readonly string[]): Promise<Figure[]> {
  const leader = await members[0]!.ask<string>({ kind: 'ledger', order: { kind: 'leader' } });
  const gone = peers.indexOf(leader);
  members[gone]!.signal('SIGKILL');
  const witness = members[(gone + 1) % members.length]!;
  const tookMs = await witness.ask<number>({ kind: 'ledger', order: { kind: 'once' } });
  return [{ name: 'leader killed, next block final', value: tookMs, unit: 'ms', target: { most: 2000 } }];
}

/** A proof is checked with only the genesis document. */
async function proofFigures(member: Member): Promise<Figure[]> {
  const found = await member.ask<{ proof: string; genesis: string }>({
    kind: 'ledger',
    order: { kind: 'proof' },
  });
  const [bytes, genesis] = [fromBase64Url(found.proof), openGenesis(fromBase64Url(found.genesis))];
  const trust = trustIn(genesis, blst);
  if (!verifyProof(bytes, trust, blst).ok) throw new Error('The proof is not valid.');
  const times = Array.from({ length: 50 }, () => timed(() => verifyProof(bytes, trust, blst)));
  return [
    {
      name: 'check of a proof, one change of the validators before it',
      value: percentile(times, 0.5),
      unit: 'ms',
      target: { most: 10 },
    },
    { name: 'size of that proof', value: bytes.length / 1024, unit: 'KiB' },
  ];
}

/** A certificate of 64 signers compared with their single signatures. */
function certificateFigures(): Figure[] {
  const signers = Array.from({ length: 64 }, () => blsSignerOf(randomBytes(32)));
  const set = makeValidatorSet({
    epoch: 0,
    model: 'byzantine',
    validators: signers.map((signer, n) => ({
      key: randomBytes(32),
      peer: `peer ${n}`,
      bls: signer.publicKey,
      pop: signer.provePossession(),
    })),
  });
  const community = randomBytes(32);
  const motion = { kind: 'finalise', epoch: 0, slot: 1, block: randomBytes(32) } as const;
  const message = motionMessage(community, set, motion);
  const votes = set.validators.map(({ bls }, voter) => ({
    ...motion,
    voter,
    signature: signers.find(({ publicKey }) => Buffer.compare(publicKey, bls) === 0)!.sign(message),
  }));
  const certificate = makeCertificate(set, votes, blst);
  const trust = { community, set, bls: blst };
  if (judgeCertificate(certificate, trust) !== null) throw new Error('The certificate is not valid.');
  const whole = percentile(
    Array.from({ length: 30 }, () => timed(() => judgeCertificate(certificate, trust))),
    0.5,
  );
  const single = percentile(
    Array.from({ length: 5 }, () =>
      timed(() => {
        for (const { voter, signature } of votes) {
          blst.verify({ key: set.validators[voter]!.bls, message, signature });
        }
      }),
    ),
    0.5,
  );
  return [
    {
      name: 'check of a certificate of 64 signers',
      value: whole,
      unit: 'ms',
      beside: { name: '64 single checks', value: single },
    },
    {
      name: '64 single checks over that certificate',
      value: single / whole,
      unit: 'times',
      target: { least: 20 },
    },
  ];
}

function timed(work: () => unknown): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}
