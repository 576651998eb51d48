export { memberKinds } from './kinds.ts';
export { rosterProjection } from './projection.ts';
export { Roster, type Founder, type RosterMember } from './roster.ts';
export { createMembers, type Me, type Members, type MembersInit, type PresenceLookup } from './service.ts';
export { HandleItems } from './items.ts';
