import * as z from 'zod';
import { ledgerEvents } from './events.ts';
import type { Bls } from '../../../kernel/bls.ts';
import { encodeCanonical } from '../../../kernel/canonical.ts';
import { setOf } from '../accounts.ts';
import type { LedgerKind } from '../kinds.ts';
import { MIN_NOTICE_BLOCKS, PROTOCOL, protocolOf, type Activation, type Protocol } from '../protocol.ts';
import { agreementOf, mustBeAgreed, quorumFields } from '../quorum.ts';
import { setHash, type ValidatorSet } from '../../types/validators.ts';
import { writeEntry } from '../../types/state.ts';
import { problem } from '../../problems.ts';

/** [PV1] A version and the height at which it takes effect; null for none. */
export const Scheduled = z.strictObject({ version: z.int().min(2), height: z.int().min(1) }).nullable();

const Schedule = z.strictObject({ next: Scheduled, ...quorumFields });

/**
 * [PV3] The message that a validator signs to agree to a schedule. It counts the changes of the schedule, so it is
 * valid once.
 */
export function scheduleMessage(
  community: Uint8Array,
  current: ValidatorSet,
  changes: number,
  next: Activation | null,
): Uint8Array {
  const { version = null, height = null } = next ?? {};
  const { epoch } = current;
  return encodeCanonical([
    'impulse/protocol/1',
    community,
    epoch,
    setHash(current),
    changes,
    version,
    height,
  ]);
}

/** Aggregates the validators' signatures on a schedule, given by place; the body of `protocol.schedule`. */
export function makeSchedule(
  current: ValidatorSet,
  next: Activation | null,
  signatures: ReadonlyMap<number, Uint8Array>,
  bls: Bls,
): z.infer<typeof Schedule> {
  return { next, ...agreementOf(current, signatures, bls) };
}

/**
 * [PV3] Refuses a schedule that no block above `height` may contain.
 *
 * @param height the height of the block that would change the schedule.
 * @throws Problem `old-version`, `activation-too-soon` or `nothing-scheduled`.
 */
export function checkSchedule(protocol: Protocol, next: Activation | null, height: number): void {
  if (next === null) {
    if (protocol.next === null) throw problem('nothing-scheduled');
    return;
  }
  const { version } = protocol;
  if (next.version <= version) throw problem('old-version', { version });
  const least = height + MIN_NOTICE_BLOCKS;
  if (next.height < least) throw problem('activation-too-soon', { least, notice: MIN_NOTICE_BLOCKS });
}

/**
 * [PV3] [PV4] A quorum of the set in force schedules a version, replaces what is scheduled, or cancels it. Any
 * account may submit it.
 */
export const protocolSchedule: LedgerKind<z.infer<typeof Schedule>> = {
  name: 'protocol.schedule',
  body: Schedule,
  leastRole: 'guest',
  feeless: true,
  execute({ body: { next, ...agreement }, state, block, bls }) {
    const current = setOf(state);
    // A block may change the validators first.
    if (current.epoch !== block.epoch) throw problem('change-of-old-set', { epoch: current.epoch });
    const protocol = protocolOf(state);
    const { version, changes, next: before } = protocol;
    checkSchedule(protocol, next, block.height);
    mustBeAgreed(current, agreement, scheduleMessage(block.community, current, changes, next), bls);
    writeEntry(state, PROTOCOL, { version, next, changes: changes + 1 } satisfies Protocol);
    return [ledgerEvents.protocolScheduled.of({ next: factOf(next), before: factOf(before) })];
  },
};

function factOf(activation: Activation | null): { version: number; height: number } | null {
  return activation && { version: activation.version, height: activation.height };
}
