import * as z from 'zod';
import { reaches } from '../kernel/roles.ts';
import type { Kind, Stratum } from './kinds.ts';

/** [L16] The authority kinds of release 0.1; the names of all later ones begin with the prefix. */
const FIRST_AUTHORITY: ReadonlySet<string> = new Set(['board.create', 'board.update', 'community.update']);
const AUTHORITY_PREFIX = 'authority/';

/** [L16] Words of lower-case letters, digits and hyphens, joined by dots. */
const NAME = /^(?:authority\/)?[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+$/;

/** [L16] Whether name, stratum and least role of a kind are such that nodes agree on it that do not know it. */
export function followsFromName({ name, stratum, leastRole }: Kind): boolean {
  const unknown = unknownKind(name);
  return unknown !== null && stratum === unknown.stratum && reaches(leastRole, unknown.leastRole);
}

const uncheckedBody = z.unknown();

/**
 * [L15] The rules by which a node judges events of a kind that it does not know. Every body passes, since the node
 * lacks the schema; the least role is the lowest that a kind of this stratum may require, since a stricter rule would
 * refuse events that other nodes accept. The node checks schema and role once it knows the kind [L17].
 * @returns null for a name that no kind can have.
 */
export function unknownKind(name: string): Kind | null {
  if (!NAME.test(name)) return null;
  const isAuthority = FIRST_AUTHORITY.has(name) || name.startsWith(AUTHORITY_PREFIX);
  const stratum: Stratum = isAuthority ? 'authority' : 'content';
  return { name, stratum, body: uncheckedBody, leastRole: isAuthority ? 'co-sysop' : 'guest' };
}
