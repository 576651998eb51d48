import type { Member } from './lib/fleet.ts';
import type { Figure } from './lib/report.ts';

/** The height at which somebody joins. */
export const JOIN_HEIGHT = 10_000;

interface Standing {
  readonly height: number;
  readonly stateRoot: string;
}

/**
 * Somebody joins a community whose chain is long: from the invite to having the verified state and taking
 * part in what is ordered next.
 *
 * @param boundMs what checking every signature of these blocks costs on this machine.
 */
export async function joinFigures(
  members: readonly Member[],
  names: readonly string[],
  newcomer: Member,
  boundMs: number,
): Promise<Figure[]> {
  const [founder, ...others] = members as [Member, ...Member[]];
  const ledger = <T>(member: Member, order: LedgerOrderOf) => member.ask<T>({ kind: 'ledger', order });
  await ledger(founder, { kind: 'grow', height: JOIN_HEIGHT, names });
  // The other validators were away meanwhile and come back by the snapshot too.
  await Promise.all(others.map((member) => ledger(member, { kind: 'height', least: JOIN_HEIGHT })));
  const link = await founder.ask<string>({ kind: 'invite', uses: 1 });
  const startedAt = performance.timeOrigin + performance.now();
  await newcomer.ask({ kind: 'joinToFirstPage', link });
  const standsAt = await ledger<number>(newcomer, { kind: 'height', least: JOIN_HEIGHT });
  await ledger(others[0]!, { kind: 'once' });
  const { height } = await ledger<Standing>(others[0]!, { kind: 'state' });
  await ledger(newcomer, { kind: 'height', least: height });
  const [here, there] = await Promise.all(
    [newcomer, others[0]!].map((member) => ledger<Standing>(member, { kind: 'state' })),
  );
  if (here!.stateRoot !== there!.stateRoot) throw new Error('The newcomer has another state.');
  const wholeAt = await ledger<number>(newcomer, { kind: 'history' });
  return [
    {
      name: `joining at height ${JOIN_HEIGHT.toLocaleString('en')} from a snapshot, invite to following`,
      value: standsAt - startedAt,
      unit: 'ms',
      target: { most: 5000 },
      beside: { name: 'the checks of all signatures of these blocks', value: boundMs },
    },
    { name: 'all blocks before it are here and checked too', value: (wholeAt - startedAt) / 1000, unit: 's' },
  ];
}

type LedgerOrderOf = Extract<Parameters<Member['ask']>[0], { kind: 'ledger' }>['order'];
