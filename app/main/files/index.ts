export type { ChunkDisk } from './chunk-disk.ts';
export { filesMigrations } from './migrations.ts';
export { createFiles, type FileRef, type Files, type FilesInit } from './service.ts';
