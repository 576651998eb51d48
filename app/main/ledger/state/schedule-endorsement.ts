import * as z from 'zod';
import { toBase64Url } from '../../kernel/bytes.ts';
import { encodeCanonical } from '../../kernel/canonical.ts';
import { openPassedOn, sign, Signatures, type Endorsed, type Endorser } from './endorsement.ts';
import type { Activation, Protocol } from './protocol.ts';
import { checkSchedule, makeSchedule, Scheduled, scheduleMessage } from './transactions/protocol.ts';
import { problem } from '../problems.ts';

/** A schedule while its signatures are collected, in the form that validators pass on. */
const Collected = z.strictObject({
  next: Scheduled,
  epoch: z.int().nonnegative(),
  changes: z.int().nonnegative(),
  signatures: Signatures,
});

/** A schedule to begin, or one that others have signed. */
export type ScheduleWish = { readonly next: Activation | null } | { readonly change: string };

export interface ScheduleEndorser extends Endorser {
  /** The versions in force and scheduled, and the newest one that this release knows. */
  readonly protocol: Protocol & { readonly known: number };
  /** The height of the next block. */
  readonly height: number;
}

/** A schedule to which this validator has added its signature. */
export interface EndorsedSchedule extends Endorsed<ReturnType<typeof makeSchedule>> {
  readonly next: Activation | null;
}

/**
 * Adds this validator's signature to a schedule [PV3], if its release knows the version [PV10].
 *
 * @throws Problem `not-a-validator`, `bad-change`, `stale-set`, `stale-schedule`, `unknown-version`,
 * `old-version`, `activation-too-soon` or `nothing-scheduled`.
 */
export function endorseSchedule(wish: ScheduleWish, endorser: ScheduleEndorser): EndorsedSchedule {
  const { community, current, check, protocol, height } = endorser;
  const { epoch } = current;
  const { changes, known } = protocol;
  const collected =
    'change' in wish
      ? openPassedOn(wish.change, Collected, (cause) => problem('bad-schedule', {}, { cause }))
      : { next: wish.next, epoch, changes, signatures: [] };
  const { next } = collected;
  if (collected.epoch !== epoch) throw problem('stale-set');
  if (collected.changes !== changes) throw problem('stale-schedule');
  if (next && next.version > known) throw problem('unknown-version', { version: next.version, known });
  checkSchedule(protocol, next, height);
  const message = scheduleMessage(community, current, changes, next);
  const signatures = sign(endorser, message, collected.signatures);
  const text = toBase64Url(encodeCanonical({ next, epoch, changes, signatures: [...signatures] }));
  const enough = signatures.size >= current.quorum;
  const body = enough ? makeSchedule(current, next, signatures, check) : null;
  return { next, text, signatures: signatures.size, needed: current.quorum, body };
}
