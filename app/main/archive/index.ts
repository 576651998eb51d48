export { openArchive } from './detect.ts';
export { openDemo, type DemoSource } from './demo.ts';
export { exportArchive, type ExportedPost } from './exporter.ts';
export {
  importArchive,
  type BrokenMessage,
  type ImportCounts,
  type ImportResult,
  type KnownPost,
  type PlannedPost,
} from './importer.ts';
export type { ArchivedAttachment } from './message.ts';
export type {
  ArchiveFile,
  ArchiveFiles,
  ArchiveOutput,
  ArchivePorts,
  ArchiveReader,
  MailParser,
} from './ports.ts';
export type { ArchiveProgress } from './progress.ts';
export { createArchive, type Archive, type ArchiveInit } from './service.ts';
