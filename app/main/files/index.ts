export type { ChunkDisk } from './ports.ts';
export type { FileRef, Files } from './service.ts';
