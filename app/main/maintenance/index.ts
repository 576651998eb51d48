export { createMaintenance, type BackupDisk, type Maintenance, type MaintenanceInit } from './service.ts';
