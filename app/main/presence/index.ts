export { createPresence, type PresenceService } from './service.ts';
export type { Here } from './presence.ts';
export { sealBeacon } from './beacon.ts';
