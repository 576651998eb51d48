import type { Vote } from '../types/vote.ts';
import { toHex } from '../../kernel/bytes.ts';
import { signersOf } from '../types/certificate.ts';
import type { EpochContext } from './epoch-context.ts';
import type { ValidatorView } from './epoch-watch.ts';
import { leaderOf } from './simplex.ts';
import type { FaultModel } from '../types/validators.ts';

/** The live signature strip: which validators, by place, have signed which votes of a slot. */
export interface SlotView {
  readonly slot: number;
  readonly leader: number;
  /** Hex hash, height and number of transactions of the block in progress; null before a valid one is known. */
  readonly block: { readonly hash: string; readonly height: number; readonly transactions: number } | null;
  readonly notarised: readonly boolean[];
  readonly finalised: readonly boolean[];
  readonly nullified: readonly boolean[];
}

export interface ConsensusView {
  readonly epoch: number;
  /** Height and slot of the last final block. */
  readonly height: number;
  readonly finalSlot: number;
  readonly model: FaultModel;
  readonly quorum: number;
  /** This node's place in the set, or null. */
  readonly me: number | null;
  /** Whether something is being ordered or settled right now. */
  readonly active: boolean;
  /** Slots above the last final block about which something is known, the current one last. */
  readonly slots: readonly SlotView[];
  readonly validators: readonly ValidatorView[];
  /**
   * How many more validators may fall silent before blocks stop; negative if too many have; null before any
   * vote.
   */
  readonly margin: number | null;
  /** [K10] The slot through which this validator does not vote; null when it is free to vote. */
  readonly silentThrough: number | null;
  /** Why this node stopped taking part, in kebab case; null while it runs. */
  readonly halted: string | null;
}

/** The view of consensus that a console shows. */
export function viewOf(context: EpochContext, halted: string | null): ConsensusView {
  const { set, me, machine, protection, tree, watch } = context;
  const slots = new Set([...machine.rounds().map(({ slot }) => slot), machine.slot]);
  const silent = me !== null && machine.slot <= protection.silentThrough;
  return {
    epoch: set.epoch,
    height: tree.base.height,
    finalSlot: machine.root.slot,
    model: set.model,
    quorum: set.quorum,
    me,
    active: machine.active,
    slots: [...slots].sort((a, b) => a - b).map((slot) => slotView(context, slot)),
    validators: set.validators.map(({ key, peer }, place) => ({ key, peer, ...watch.view(place) })),
    margin: watch.present === null ? null : watch.present - set.quorum,
    silentThrough: silent ? protection.silentThrough : null,
    halted,
  };
}

function slotView({ set, machine, tree, certificates }: EpochContext, slot: number): SlotView {
  const round = machine.round(slot);
  const hash = round?.notarised ?? round?.proposals[0];
  const header = hash && tree.get(hash)?.block.header;
  const votes = round?.tally.all() ?? [];
  const signed = (kind: Vote['kind']) => {
    const certificate = certificates.get(kind, slot);
    const places = new Set(certificate ? signersOf(certificate) : []);
    for (const vote of votes) if (vote.kind === kind) places.add(vote.voter);
    return set.validators.map((_, place) => places.has(place));
  };
  return {
    slot,
    leader: leaderOf(set, slot),
    block: header ? { hash: toHex(header.hash), height: header.height, transactions: header.count } : null,
    notarised: signed('notarise'),
    finalised: signed('finalise'),
    nullified: signed('nullify'),
  };
}
