import type { ValidatorCard } from '../../app/contract/index.ts';
import { openMembers, type Member } from './fleet.ts';

const CREDITS = 100_000;

export interface Load {
  readonly perSecond: number;
  readonly seconds: number;
}
export interface Standing {
  readonly height: number;
  readonly stateRoot: string;
  readonly transactions: number;
}
interface Settled {
  readonly latencies: readonly number[];
  readonly missing: number;
}

/** Everybody joins by an invite, the founder adds the others to the validators, and all have credits. */
export async function form(members: Member[], scratch: string, trace = false): Promise<string[]> {
  await openMembers(members, scratch, { trace });
  const [founder, ...others] = members as [Member, ...Member[]];
  await founder.ask({ kind: 'fill', count: 1, textBytes: 100 });
  const link = await founder.ask<string>({ kind: 'invite', uses: members.length - 1 });
  for (const member of others) await member.ask({ kind: 'joinToFirstPage', link });
  const addresses = await Promise.all(members.map((member) => member.ask<string>({ kind: 'address' })));
  for (const [index, member] of members.entries()) {
    for (const address of addresses.slice(0, index)) {
      await member.ask({ kind: 'dial', address }).catch(() => {});
    }
  }
  const cards = await Promise.all(
    members.map((member) => member.ask<ValidatorCard>({ kind: 'ledger', order: { kind: 'card' } })),
  );
  await Promise.all(
    others.map((member) => member.ask({ kind: 'ledger', order: { kind: 'credits', least: 0 } })),
  );
  await founder.ask({
    kind: 'ledger',
    order: { kind: 'give', to: cards.slice(1).map(({ did }) => did), amount: CREDITS },
  });
  await Promise.all(
    others.map((member) => member.ask({ kind: 'ledger', order: { kind: 'credits', least: CREDITS } })),
  );
  await founder.ask({ kind: 'ledger', order: { kind: 'take', cards: cards.slice(1) } });
  await Promise.all(
    members.map((member) => member.ask({ kind: 'ledger', order: { kind: 'epoch', epoch: 1 } })),
  );
  // The mesh forms within a few heartbeats of gossipsub.
  await new Promise((resolve) => setTimeout(resolve, 3000));
  return cards.map(({ peer }) => peer);
}

/** All submit at a steady pace; resolves when everything is final, or half a minute later. */
export async function loaded(members: readonly Member[], { perSecond, seconds }: Load) {
  const startedAt = performance.now();
  const loads = await Promise.all(
    members.map((member) =>
      member.ask<{ refused: Record<string, number>; bytesEach: number }>({
        kind: 'ledger',
        order: { kind: 'load', perSecond: perSecond / members.length, seconds },
      }),
    ),
  );
  const settled = await Promise.all(
    members.map((member) => member.ask<Settled>({ kind: 'ledger', order: { kind: 'settled' } })),
  );
  return {
    elapsedMs: performance.now() - startedAt,
    bytesEach: Math.max(...loads.map(({ bytesEach }) => bytesEach)),
    refused: sum(loads.flatMap(({ refused }) => Object.values(refused))),
    latencies: settled.flatMap(({ latencies }) => latencies),
    missing: sum(settled.map(({ missing }) => missing)),
  };
}

/** The common state of all members, once they agree. */
export async function agreed(members: readonly Member[]): Promise<Standing> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline;) {
    const all = await Promise.all(
      members.map((member) => member.ask<Standing>({ kind: 'ledger', order: { kind: 'state' } })),
    );
    const same = new Set(all.map(({ height, stateRoot }) => `${height} ${stateRoot}`)).size === 1;
    if (same) return all[0]!;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('The validators do not reach the same state.');
}

export const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
