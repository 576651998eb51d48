import { decode } from '@ipld/dag-cbor';
import * as z from 'zod';
import { ValidatorCard } from '../../../contract/index.ts';
import type { LedgerStatus, LedgerValidator } from '../../../contract/index.ts';
import type { SetShape } from '../../stores/index.ts';
import { leastQuorum } from '../../stores/index.ts';
import { bytesOfBase64Url, didOfKey, hexOf } from '../../text/keys.ts';

/** The maximum number of validators in a set. */
export const MOST_VALIDATORS = 64;
/** A card is under one kilobyte; a change of a full set is well under this. */
const MOST_CARD_TEXT = 4_096;
const MOST_CHANGE_TEXT = 200_000;

type ValidatorKeys = Pick<LedgerValidator, 'did' | 'peer' | 'bls'>;

/** The effect of a change to the validator set. */
export interface Plan {
  readonly before: SetShape;
  readonly after: SetShape;
  readonly joins: readonly string[];
  readonly leaves: readonly string[];
  /** Validators that stay with another node or signing key. */
  readonly renews: readonly string[];
}

export type CardFault = 'unreadable' | 'known' | 'taken' | 'full';
export type ChangeFault = 'unreadable' | 'stale';

const shapeOf = ({ model, validators, quorum }: LedgerStatus): SetShape => ({ model, validators, quorum });

/** Parses a pasted card and checks whether the set can include it. */
export function readCard(
  text: string,
  validators: readonly ValidatorKeys[],
): { readonly card: ValidatorCard; readonly replaces: boolean } | { readonly fault: CardFault } {
  let value: unknown;
  try {
    value = text.length > MOST_CARD_TEXT ? null : JSON.parse(text);
  } catch {
    return { fault: 'unreadable' };
  }
  const { data: card } = ValidatorCard.safeParse(value);
  if (card === undefined) return { fault: 'unreadable' };
  const held = validators.find(({ did }) => did === card.did);
  if (held?.bls === card.bls && held.peer === card.peer) return { fault: 'known' };
  const others = validators.filter(({ did }) => did !== card.did);
  if (others.some(({ bls, peer }) => bls === card.bls || peer === card.peer)) return { fault: 'taken' };
  if (held === undefined && validators.length >= MOST_VALIDATORS) return { fault: 'full' };
  return { card, replaces: held !== undefined };
}

/** The effect of adding and removing; with the minimum quorum of the fault model if none is given. */
export function planOf(
  status: LedgerStatus,
  validators: readonly ValidatorKeys[],
  wish: {
    readonly add?: readonly ValidatorKeys[];
    readonly remove?: readonly string[];
    readonly quorum?: number | null;
  },
): Plan {
  const { add = [], remove = [], quorum = null } = wish;
  const known = new Set(validators.map(({ did }) => did));
  const joins = add.filter(({ did }) => !known.has(did)).map(({ did }) => did);
  const renews = add.filter(({ did }) => known.has(did)).map(({ did }) => did);
  const size = validators.length + joins.length - remove.length;
  const before = shapeOf(status);
  const { model } = before;
  const after = { model, validators: size, quorum: quorum ?? leastQuorum(model, size) };
  return { before, after, joins, leaves: remove, renews };
}

const Bytes = z.instanceof(Uint8Array);
const Change = z.object({
  set: z.object({
    epoch: z.int().nonnegative(),
    model: z.enum(['byzantine', 'crash']),
    quorum: z.int().positive(),
    validators: z
      .array(z.object({ key: Bytes.refine((key) => key.length === 32), peer: z.string(), bls: Bytes }))
      .min(1)
      .max(MOST_VALIDATORS),
  }),
  signatures: z.array(z.tuple([z.int().nonnegative(), Bytes])).max(MOST_VALIDATORS),
});

/**
 * Parses the text of a change received from another validator, so that nobody signs unseen changes. The
 * signatures in it are not verified here; the node counts only valid ones.
 */
export function readChange(
  text: string,
  status: LedgerStatus,
  validators: readonly ValidatorKeys[],
): { readonly plan: Plan; readonly signers: readonly number[] } | { readonly fault: ChangeFault } {
  const bytes = text.length > MOST_CHANGE_TEXT ? null : bytesOfBase64Url(text.trim());
  let value: unknown = null;
  try {
    value = bytes && decode(bytes);
  } catch {
    return { fault: 'unreadable' };
  }
  const { data } = Change.safeParse(value);
  if (data === undefined) return { fault: 'unreadable' };
  const { epoch, model, quorum, validators: next } = data.set;
  if (epoch !== status.epoch + 1 || model !== status.model) return { fault: 'stale' };
  const after = new Map(next.map(({ key, peer, bls }) => [didOfKey(key), { peer, bls: hexOf(bls) }]));
  const before = new Map(validators.map((validator) => [validator.did, validator]));
  const stays = (did: string) => {
    const [old, fresh] = [before.get(did), after.get(did)];
    return old !== undefined && fresh !== undefined && (old.bls !== fresh.bls || old.peer !== fresh.peer);
  };
  return {
    plan: {
      before: shapeOf(status),
      after: { model, validators: next.length, quorum },
      joins: [...after.keys()].filter((did) => !before.has(did)),
      leaves: [...before.keys()].filter((did) => !after.has(did)),
      renews: [...before.keys()].filter(stays),
    },
    signers: data.signatures.map(([place]) => place).filter((place) => place < validators.length),
  };
}
