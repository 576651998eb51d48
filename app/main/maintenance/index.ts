export {
  createMaintenance,
  type BackupDisk,
  type Maintenance,
  type MaintenanceInit,
  type MaintenancePorts,
} from './service.ts';
