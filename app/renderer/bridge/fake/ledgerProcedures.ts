import { implement } from '@orpc/server';
import { contract } from '../../../contract/index.ts';
import type {
  LedgerBlock,
  LedgerStatus,
  LedgerTransaction,
  LedgerValidator,
  LiveSlot,
} from '../../../contract/index.ts';
import type { Events } from './events.ts';
import { me, people } from './people.ts';

const HEIGHT = 4_210;
const BLOCK_MS = 30_000;
const VALIDATORS = 4;
const HEX = '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328';
const cid = (what: string, n: number) => `bafyreisample-${what}-${n}`;

interface Sample {
  readonly startedAt: number;
  readonly tick: Events<null>;
}

/** A ledger of four validators whose blocks are as many as its clock says. */
export function ledgerProcedures({ startedAt, tick }: Sample) {
  const os = implement(contract).ledger;
  const validators = people.slice(0, VALIDATORS);

  const block = (height: number): LedgerBlock => ({
    height,
    hash: cid('block', height),
    parent: cid('block', height - 1),
    time: startedAt - (HEIGHT - height) * BLOCK_MS,
    epoch: 0,
    slot: height,
    proposer: validators[height % VALIDATORS]!.did,
    transactions: 1 + (height % 3),
    transactionRoot: HEX,
    stateRoot: HEX,
  });
  const transaction = (height: number, place: number): LedgerTransaction => ({
    id: cid('tx', height * 10 + place),
    kind: 'credit.transfer',
    account: people[(height + place) % people.length]!,
    nonce: height,
    body: { to: me.did, amount: 5 + (height % 40), memo: 'for the kettle' },
    block: { height, hash: cid('block', height), time: block(height).time, place },
  });
  const status = (): LedgerStatus => ({
    height: HEIGHT,
    head: cid('block', HEIGHT),
    time: startedAt,
    stateRoot: HEX,
    transactions: 2 * HEIGHT,
    waiting: 0,
    epoch: 0,
    model: 'byzantine',
    quorum: 3,
    validators: VALIDATORS,
    spare: 1,
    validating: true,
    credit: 'harbour penny',
    credits: 1_240,
    historyFrom: 1,
    snapshots: [4_000, 3_000],
    halted: null,
  });
  const list = (): LedgerValidator[] =>
    validators.map(({ did, handle }, place) => ({
      did,
      handle,
      peer: `12D3KooWsample${place}`,
      bls: HEX + HEX.slice(0, 32),
      pop: HEX + HEX + HEX,
      isMe: did === me.did,
      latencyMs: 18 + 9 * place,
      signed: 100 - place,
      missed: place,
      lastSignedAt: startedAt,
    }));
  let signed = 0;
  const slot = (): LiveSlot => ({
    slot: HEIGHT + 1,
    leader: 1,
    block: { hash: HEX, height: HEIGHT + 1, transactions: 2 },
    notarised: validators.map((_, place) => place <= signed % 5),
    finalised: validators.map((_, place) => place < signed % 5),
    nullified: validators.map(() => false),
  });
  const page = (cursor: string | undefined, limit: number) => {
    const from = cursor === undefined ? HEIGHT : Number(cursor);
    return {
      heights: Array.from({ length: Math.min(limit, from) }, (_, n) => from - n),
      next: from > limit ? String(from - limit) : null,
    };
  };

  return {
    status: os.status.handler(status),
    genesis: os.genesis.handler(() => ({ genesis: '' })),
    blocks: os.blocks.handler(({ input }) => {
      const { heights, next } = page(input.cursor, input.limit);
      return { items: heights.map(block), next, total: HEIGHT };
    }),
    block: os.block.handler(({ input }) => {
      const height = typeof input.block === 'number' ? input.block : Number(input.block.split('-').at(-1));
      const found = block(height);
      return {
        block: found,
        transactions: Array.from({ length: found.transactions }, (_, place) => transaction(height, place)),
      };
    }),
    transactions: os.transactions.handler(({ input }) => {
      const { heights, next } = page(input.cursor, input.limit);
      return { items: heights.map((height) => transaction(height, 0)), next, total: null };
    }),
    transaction: os.transaction.handler(({ input }) =>
      transaction(Math.floor(Number(input.id.split('-').at(-1)) / 10), 0),
    ),
    submit: os.submit.handler(() => ({ id: cid('tx', 1) })),
    validators: os.validators.handler(list),
    card: os.card.handler(() => list()[0]!),
    changeValidators: os.changeValidators.handler(() => ({
      change: 'c2FtcGxl',
      signatures: 1,
      quorum: 3,
      transaction: null,
    })),
    signatures: os.signatures.handler(async function* ({ signal }) {
      yield slot();
      for await (const _ of tick.watch(signal)) {
        signed += 1;
        yield slot();
      }
    }),
    proof: os.proof.handler(() => ({ proof: 'c2FtcGxl' })),
    snapshot: os.snapshot.handler(({ input }) => ({
      height: input.height ?? 4_000,
      stateRoot: HEX,
      transactions: 8_000,
      parts: 16,
      manifest: 'c2FtcGxl',
    })),
    recover: os.recover.handler(status),
    changes: os.changes.handler(async function* ({ signal }) {
      for await (const _ of tick.watch(signal)) yield { height: HEIGHT };
    }),
  };
}
