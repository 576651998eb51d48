import { didOf } from '../kernel/did.ts';
import { Problem } from '../kernel/errors.ts';
import type { Feature, SimAct } from '../feature/index.ts';
import type { Community, Services } from '../node/community.ts';
import { features } from '../node/features.ts';
import type { Rng } from './rng.ts';
import type { SimNode } from './node.ts';

const ACTS: readonly SimAct<Services>[] = (features as readonly Feature[]).flatMap(({ acts }) => acts ?? []);

/** An act and its outcome. */
export interface Done {
  readonly node: string;
  readonly act: string;
  /** Why the node refused it; null if it was done. */
  readonly refused: string | null;
}

/** Every act as often as people do it. */
const DECK = ACTS.flatMap((act) => Array.from({ length: act.weight }, () => act));

/**
 * One person does one thing at one node; resolves to the act and what came of it, which for the ledger may take seconds of
 * the world. A Problem of the node is an answer; anything else that it throws is a fault and is passed on.
 */
export async function actOnce(node: SimNode, rng: Rng, nodes: readonly SimNode[]): Promise<Done> {
  const { community } = node;
  const { name, act } = rng.pick(DECK);
  if (!community) return { node: node.name, act: name, refused: 'node-down' };
  try {
    await act(
      community,
      rng,
      nodes.map(({ signer }) => ({ did: didOf(signer.publicKey) })),
    );
    return { node: node.name, act: name, refused: null };
  } catch (error) {
    if (error instanceof Problem) return { node: node.name, act: name, refused: error.code };
    throw new Error(`${node.name} ${name}: ${String(error)}`, { cause: error });
  }
}

/** Ends every ban, so that all are let in again. */
export async function letAllIn({ members }: Community): Promise<void> {
  for (const { did, banned } of members.list()) {
    try {
      if (banned) await members.lift({ did });
    } catch (error) {
      // It is on its way already, or the node went down meanwhile.
      if (!(error instanceof Problem)) throw error;
    }
  }
}
