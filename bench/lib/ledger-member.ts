/** The process of a node in the ledger benchmark. */
import { growChain } from './ledger-growth.ts';
import { toBase64Url, toHex } from '../../app/main/kernel/bytes.ts';
import { accountOf } from '../../app/main/ledger/state/accounts.ts';
import { cardOf } from '../../app/main/ledger/index.ts';
import { openTransaction, sealTransaction } from '../../app/main/ledger/types/transaction.ts';
import type { ValidatorCard } from '../../app/contract/index.ts';
import type { Community } from '../../app/main/node/community.ts';
import { startTrace, takeTrace, traceChain } from './ledger-trace.ts';
import type { BenchNode } from './node.ts';

export type LedgerOrder =
  | { readonly kind: 'card' }
  | { readonly kind: 'take'; readonly cards: readonly ValidatorCard[] }
  | { readonly kind: 'give'; readonly to: readonly string[]; readonly amount: number }
  | { readonly kind: 'epoch'; readonly epoch: number }
  | { readonly kind: 'credits'; readonly least: number }
  | { readonly kind: 'load'; readonly perSecond: number; readonly seconds: number }
  | { readonly kind: 'settled' }
  | { readonly kind: 'leader' }
  | { readonly kind: 'state' }
  | { readonly kind: 'proof' }
  | { readonly kind: 'once' }
  | { readonly kind: 'grow'; readonly height: number; readonly names: readonly string[] }
  | { readonly kind: 'height'; readonly least: number }
  | { readonly kind: 'history' }
  | { readonly kind: 'trace' }
  | { readonly kind: 'traced' };

/** How often a node under load signs and submits, in milliseconds. */
const TICK_MS = 10;

const now = () => performance.timeOrigin + performance.now();
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const sent = new Map<string, number>();
let latencies: number[] = [];
let listening = false;

export async function carryOutLedger(node: BenchNode, community: Community, order: LedgerOrder) {
  const { ledger } = community;
  const { chain } = ledger;
  switch (order.kind) {
    case 'card':
      return cardOf(node.validator);
    case 'take':
      return (await ledger.changeValidators({ add: [...order.cards], remove: [] })).transaction;
    case 'give':
      for (const to of order.to) {
        await ledger.submit({ kind: 'credit.transfer', body: { to, amount: order.amount, memo: '' } });
      }
      return null;
    case 'epoch':
      return until(() => chain.set.epoch >= order.epoch);
    case 'credits':
      return until(() => (ledger.status().credits ?? 0) >= order.least);
    case 'load':
      return load(node, community, order.perSecond, order.seconds);
    case 'settled': {
      const deadline = Date.now() + 30_000;
      while (sent.size > 0 && Date.now() < deadline) await pause(20);
      const result = { latencies, missing: sent.size };
      latencies = [];
      sent.clear();
      return result;
    }
    case 'leader': {
      const view = ledger.ordering!.view()!;
      return view.validators[view.slots.at(-1)!.leader]!.peer;
    }
    case 'state': {
      const { height, stateRoot, transactions, quorum, validators } = ledger.status();
      return { height, stateRoot, transactions, quorum, validators };
    }
    case 'proof': {
      const { items } = ledger.transactions({ limit: 1 });
      const { proof } = ledger.proof({ id: items[0]!.id, single: false });
      return { proof, genesis: toBase64Url(community.genesis.bytes) };
    }
    case 'grow':
      return growChain(node, community, order.height, order.names);
    case 'height': {
      // The state is that of a certified block, and consensus continues from there.
      await until(() => (ledger.ordering!.view()?.height ?? 0) >= order.least);
      return now();
    }
    case 'history': {
      await until(() => ledger.status().historyFrom === 1, 10);
      return now();
    }
    case 'trace':
      traceChain(community);
      startTrace();
      return null;
    case 'traced': {
      const { user, system } = process.cpuUsage();
      return { marks: takeTrace(), cpuMs: (user + system) / 1000 };
    }
    case 'once': {
      const startedAt = now();
      listen(community);
      const [sealed] = seal(node, community, 1);
      sent.set(toHex(openTransaction(sealed!).id), startedAt);
      await handIn(community, [sealed!]);
      while (sent.size > 0) await pause(1);
      return now() - startedAt;
    }
  }
}

/**
 * Makes the next transactions of this node's person: one credit each to the founder, or from the founder to
 * the next.
 */
function seal(node: BenchNode, { genesis, ledger: { chain } }: Community, count: number): Uint8Array[] {
  const key = node.signer.publicKey;
  const nonce = accountOf(chain.state, key)!.nonce;
  const first = nonce + chain.mempool.queueOf(key, nonce).length;
  const founder = toHex(genesis.founder) === toHex(key);
  const to = founder
    ? chain.set.validators.find((one) => toHex(one.key) !== toHex(key))!.key
    : genesis.founder;
  return Array.from(
    { length: count },
    (_, n) =>
      sealTransaction(
        {
          community: genesis.id,
          account: key,
          device: null,
          nonce: first + n,
          kind: 'credit.transfer',
          body: { to, amount: 1, memo: '' },
        },
        node.signer,
      ).sealed,
  );
}

async function handIn({ ledger }: Community, sealed: readonly Uint8Array[]): Promise<string[]> {
  const verdicts = await ledger.chain.submit(sealed);
  for (const [index, { verdict }] of verdicts.entries()) {
    if (verdict === 'accept') ledger.ordering!.spread(sealed[index]!);
  }
  ledger.ordering!.workPending();
  return verdicts.flatMap((verdict) => (verdict.verdict === 'accept' ? [] : [verdict.code]));
}

function listen({ ledger: { chain } }: Community): void {
  if (listening) return;
  listening = true;
  chain.onFinal((block) => {
    const at = now();
    for (const sealed of block.transactions) {
      const id = toHex(openTransaction(sealed).id);
      const startedAt = sent.get(id);
      if (startedAt === undefined) continue;
      sent.delete(id);
      latencies.push(at - startedAt);
    }
  });
}

async function load(
  node: BenchNode,
  community: Community,
  perSecond: number,
  seconds: number,
): Promise<{ refused: Record<string, number>; bytesEach: number }> {
  listen(community);
  const refused: Record<string, number> = {};
  const beganAt = now();
  let bytesEach = 0;
  for (let made = 0; made < perSecond * seconds;) {
    const due = Math.min(perSecond * seconds, Math.floor(((now() - beganAt) * perSecond) / 1000));
    const count = Math.min(due - made, 400);
    if (count > 0) {
      const startedAt = now();
      const sealed = seal(node, community, count);
      const ids = sealed.map((one) => toHex(openTransaction(one).id));
      bytesEach = Math.max(bytesEach, ...sealed.map(({ length }) => length));
      for (const id of ids) sent.set(id, startedAt);
      const codes = await handIn(community, sealed);
      for (const code of codes) refused[code] = (refused[code] ?? 0) + 1;
      // Refused transactions are the last ones, since nonces are consecutive.
      for (const id of ids.slice(count - codes.length)) sent.delete(id);
      made += count;
    }
    await pause(TICK_MS);
  }
  return { refused, bytesEach };
}

async function until(reached: () => boolean, minutes = 1): Promise<null> {
  const deadline = Date.now() + minutes * 60_000;
  while (!reached()) {
    if (Date.now() > deadline) throw new Error(`The ledger did not get there within ${minutes} min.`);
    await pause(5);
  }
  return null;
}
