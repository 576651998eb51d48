export { openArchive } from './detect.ts';
export { openDemo, type DemoSource } from './demo.ts';
export { exportArchive, type ExportedPost } from './exporter.ts';
export { importArchive, type ImportResult } from './importer.ts';
export type { ImportCounts } from './import-notes.ts';
export type { ImportIssue } from './issues.ts';
export type { ArchivedAttachment } from './message.ts';
export type { KnownPost, OriginalMessage, PlannedPost } from './planned.ts';
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
