export { Roster, type Founder, type RosterMember } from './roster.ts';
export type { Me, Members, MessageCounts, PresenceLookup } from './service.ts';
