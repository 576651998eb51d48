export { Handles } from './handles.ts';
export { memberMigrations } from './migrations.ts';
export { Chronicle } from './chronicle.ts';
export { Roster, type Founder, type RosterMember } from './roster.ts';
export { createMembers, type Me, type Members, type MembersInit, type PresenceLookup } from './service.ts';
