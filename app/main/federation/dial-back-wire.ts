import * as z from 'zod';

/** [D2] The protocol by which a node asks a member to dial it. */
export const DIAL_BACK_PROTOCOL = '/impulse/dial-back/1';
/** [D2] The most addresses in one request. */
export const MAX_TESTED = 4;

export const DialBackRequest = z.tuple([
  z.literal('dial'),
  z.array(z.string().min(1).max(400)).min(1).max(MAX_TESTED),
]);
/** One outcome for each address, in order; `refused` says nothing about the address. */
export const DialBackAnswer = z.tuple([
  z.literal('dialled'),
  z.array(z.enum(['reached', 'failed', 'refused'])).max(MAX_TESTED),
]);
export type DialBackOutcome = z.infer<typeof DialBackAnswer>[1][number];
