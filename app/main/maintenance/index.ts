export type { Maintenance } from './service.ts';
export type { BackupDisk, MaintenancePorts } from './ports.ts';
