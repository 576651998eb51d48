export type { ChunkDisk } from './chunk-disk.ts';
export type { FileRef, Files } from './service.ts';
