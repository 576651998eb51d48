import type { Problem } from '../kernel/errors.ts';
import { problem } from './problems.ts';

/** The lowest and the highest version of the protocol that a node speaks. */
export type VersionRange = readonly [lowest: number, highest: number];

/** [S11] The versions that this release speaks. A change that a peer has to know of gets the next number. */
export const OWN_VERSIONS: VersionRange = [1, 1];

/** [S12] A handshake without versions, as release 0.1 sends it. */
const UNSTATED: VersionRange = [0, 0];

/** Codes of {@link agreeOn}: they are nobody's fault. */
export const OUTDATED: ReadonlySet<string> = new Set(['peer-outdated', 'node-outdated']);

/**
 * [S11] [S12] The highest version that both sides speak, or the Problem that tells which side has to update:
 * `peer-outdated` or `node-outdated`.
 *
 * @param theirs undefined if the peer did not state any.
 */
export function agreeOn(own: VersionRange, theirs: VersionRange = UNSTATED): number | Problem {
  const version = Math.min(own[1], theirs[1]);
  if (version >= own[0] && version >= theirs[0]) return version;
  const ranges = { own: textOf(own), theirs: textOf(theirs) };
  return theirs[1] < own[0] ? problem('peer-outdated', ranges) : problem('node-outdated', ranges);
}

const textOf = ([lowest, highest]: VersionRange) =>
  lowest === highest ? `${lowest}` : `${lowest} to ${highest}`;
