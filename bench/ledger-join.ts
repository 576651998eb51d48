import { join } from 'node:path';
import { leastQuorum } from '../app/main/ledger/types/validators.ts';
import { withMembers, type Member, type Order } from './lib/fleet.ts';
import { form, type Standing } from './lib/ledger-fleet.ts';
import type { Figure } from './lib/report.ts';
import { withScratch } from './lib/scratch.ts';
import type { Bounds } from './ledger.ts';

/** The height at which the new member joins. */
export const JOIN_HEIGHT = 10_000;

type LedgerOrder = Extract<Order, { kind: 'ledger' }>['order'];

const ledger = <T>(member: Member, order: LedgerOrder) => member.ask<T>({ kind: 'ledger', order });

/**
 * A new member joins a community with a long chain: from the invite to having the verified state and taking
 * part in ordering.
 */
export async function joinFigures(
  validators: number,
  { ed25519PerSecond, blsMs }: Bounds,
): Promise<Figure[]> {
  const times = await withScratch((scratch) =>
    withMembers(validators + 1, (members) => joinLate(members, scratch)),
  );
  const boundMs = JOIN_HEIGHT * (1000 / ed25519PerSecond + blsMs);
  const quorum = leastQuorum('byzantine', validators);
  return [
    {
      name: `joining at height ${JOIN_HEIGHT.toLocaleString('en')} from a snapshot, invite to following`,
      value: times.followsMs,
      unit: 'ms',
      target: { most: 5000 },
      beside: { name: `checks of all signatures up to there, ${quorum} in each certificate`, value: boundMs },
    },
    { name: 'invite to all blocks before it, checked too', value: times.wholeMs / 1000, unit: 's' },
  ];
}

async function joinLate(members: readonly Member[], scratch: string) {
  const [newcomer, ...others] = [members.at(-1)!, ...members.slice(0, -1)] as [Member, ...Member[]];
  const [founder, second] = others as [Member, Member];
  await form(others, scratch);
  await newcomer.ask({ kind: 'open', directory: join(scratch, 'newcomer'), name: 'newcomer' });
  const names = others.map((_, index) => (index === 0 ? 'mara' : `n${index}`));
  await ledger(founder, { kind: 'grow', height: JOIN_HEIGHT, names });
  // This simulates that the other validators were away meanwhile; they also come back by the snapshot.
  for (const member of others) await ledger(member, { kind: 'height', least: JOIN_HEIGHT });
  const link = await founder.ask<string>({ kind: 'invite', uses: 1 });
  const startedAt = performance.timeOrigin + performance.now();
  await newcomer.ask({ kind: 'joinToFirstPage', link });
  const followsAt = await ledger<number>(newcomer, { kind: 'height', least: JOIN_HEIGHT });
  await ledger(second, { kind: 'once' });
  const there = await ledger<Standing>(second, { kind: 'state' });
  await ledger(newcomer, { kind: 'height', least: there.height });
  const wholeAt = await ledger<number>(newcomer, { kind: 'history' });
  const here = await ledger<Standing>(newcomer, { kind: 'state' });
  if (here.stateRoot !== there.stateRoot) throw new Error('The newcomer has another state.');
  return { followsMs: followsAt - startedAt, wholeMs: wholeAt - startedAt };
}
