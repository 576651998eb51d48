export { Roster, type Founder, type RosterMember } from './roster.ts';
export { mustBeHandle } from './service.ts';
export type { Me, Members, MessageCounts, PresenceLookup } from './service.ts';
