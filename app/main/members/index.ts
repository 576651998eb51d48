export { Handles } from './handles.ts';
export { memberMigrations } from './migrations.ts';
export { RosterSync } from './roster-sync.ts';
export { Roster, type Founder, type RosterMember } from './roster.ts';
export { createMembers, type Me, type Members, type MembersInit, type PresenceLookup } from './service.ts';
