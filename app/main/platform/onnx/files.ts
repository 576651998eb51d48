import { createHash } from 'node:crypto';
import { open, readFile, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CASCADE_VERSION,
  MODEL_PARTS,
  ModelManifest,
  TEXT_PARTS,
  type ModelPart,
  type ModelStatus,
} from '../../moderation/adapter-ports.ts';

/** A verified file of a model. */
export interface VerifiedFile {
  readonly status: ModelStatus;
  /** Null unless the state is `ok`. */
  readonly bytes: Uint8Array | null;
}

const MAX_MANIFEST_BYTES = 64 * 1024;
const PIECE_BYTES = 256 * 1024;

/** Files that were already read into shared memory, unverified. */
export type SharedFiles = Partial<Readonly<Record<ModelPart, SharedArrayBuffer>>>;

/** Reads the file of a role into shared memory; empty if it cannot be read. */
export async function sharedFile(folder: string, part: ModelPart): Promise<SharedFiles> {
  const manifest = await readManifest(folder);
  const entry = typeof manifest === 'string' ? undefined : manifest.files.find((file) => file.part === part);
  if (entry === undefined) return {};
  try {
    const file = await open(join(folder, entry.file));
    try {
      const memory = new SharedArrayBuffer(entry.sizeBytes);
      await readInto(file, new Uint8Array(memory));
      return { [part]: memory };
    } finally {
      await file.close();
    }
  } catch {
    // The verification reads it again and reports the fault.
    return {};
  }
}

/** Fills memory from the beginning of a file, in place: a copy would be as large. Stops at the end of the file. */
async function readInto(file: FileHandle, memory: Uint8Array): Promise<void> {
  for (let at = 0; at < memory.length;) {
    const { bytesRead } = await file.read(memory, at, memory.length - at, at);
    if (bytesRead === 0) return;
    at += bytesRead;
  }
}

/**
 * Reads the files of some roles from a folder and checks each against the size and SHA-256 in the manifest. A
 * sound copy in shared memory is used instead. Never throws; missing and broken files are reported in their
 * status.
 */
export async function verifiedFiles(
  folder: string,
  parts: readonly ModelPart[],
  shared: SharedFiles = {},
): Promise<readonly VerifiedFile[]> {
  const manifest = await readManifest(folder);
  if (typeof manifest === 'string') {
    return parts.map((part) => ({ status: withoutManifest(part, manifest), bytes: null }));
  }
  return Promise.all(
    manifest.files
      .filter(({ part }) => parts.includes(part))
      .map((entry) => verified(folder, entry, shared[entry.part])),
  );
}

/** The status of all files of a folder: compared with the manifest a piece at a time, and not kept. Never throws. */
export async function modelFiles(folder: string): Promise<readonly ModelStatus[]> {
  const manifest = await readManifest(folder);
  if (typeof manifest === 'string') return MODEL_PARTS.map((part) => withoutManifest(part, manifest));
  const statuses: ModelStatus[] = [];
  for (const entry of manifest.files) {
    const { status } = await checked(folder, entry, async (path) => ({
      sha256: await hashOf(path),
      bytes: null,
    }));
    statuses.push(status);
  }
  return statuses;
}

/**
 * [J28] The identity of the models of a folder and of their use in this release: a hash of the hashes in the manifest, which
 * names the files that this release was made with. Null if the manifest does not name a file for each role.
 */
export async function modelsIdentity(folder: string): Promise<Uint8Array | null> {
  const manifest = await readManifest(folder);
  if (typeof manifest === 'string') return null;
  const hashes = TEXT_PARTS.map((part) => manifest.files.find((file) => file.part === part)?.sha256);
  if (hashes.includes(undefined)) return null;
  return createHash('sha256').update(`impulse/models/${CASCADE_VERSION}\0${hashes.join()}`).digest();
}

/** SHA-256 of a file in hexadecimal, read into one buffer again and again. */
async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  const piece = Buffer.alloc(PIECE_BYTES);
  const file = await open(path);
  try {
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, PIECE_BYTES);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(piece.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

const withoutManifest = (part: ModelPart, fault: string): ModelStatus => ({
  part,
  title: part,
  file: 'manifest.json',
  sizeBytes: 0,
  licence: '',
  state: 'missing',
  fault,
});

type Entry = ModelManifest['files'][number];
async function readManifest(folder: string): Promise<ModelManifest | string> {
  const path = join(folder, 'manifest.json');
  try {
    if ((await stat(path)).size > MAX_MANIFEST_BYTES) return 'The list of models is too large to be one.';
    const parsed = ModelManifest.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return parsed.success ? parsed.data : 'The list of models is not in the form this release knows.';
  } catch (error) {
    return `The list of models cannot be read: ${messageOf(error)}`;
  }
}

function verified(
  folder: string,
  entry: Entry,
  shared: SharedArrayBuffer | undefined,
): Promise<VerifiedFile> | VerifiedFile {
  const hashed = (bytes: Uint8Array) => ({
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes,
  });
  const copy = shared && hashed(new Uint8Array(shared));
  if (copy?.sha256 === entry.sha256) return { status: statusIn(entry, 'ok'), bytes: copy.bytes };
  return checked(folder, entry, async (path) => hashed(await readFile(path)));
}

/** Compares a file with its entry; `read` gives its hash, and its bytes if they are kept. Never throws. */
async function checked(
  folder: string,
  entry: Entry,
  read: (path: string) => Promise<{ readonly sha256: string; readonly bytes: Uint8Array | null }>,
): Promise<VerifiedFile> {
  const { file, sizeBytes } = entry;
  const path = join(folder, file);
  const broken = (state: 'missing' | 'broken', fault: string) => ({
    status: statusIn(entry, state, fault),
    bytes: null,
  });
  try {
    const { size } = await stat(path);
    if (size !== sizeBytes)
      return broken('broken', `${file} has ${size} bytes, and should have ${sizeBytes}.`);
    const { sha256, bytes } = await read(path);
    return sha256 === entry.sha256
      ? { status: statusIn(entry, 'ok'), bytes }
      : broken('broken', `${file} is not the file that this release was made with (SHA-256 differs).`);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT'
      ? broken('missing', `${file} is not there.`)
      : broken('broken', `${file} cannot be read: ${messageOf(error)}`);
  }
}

const statusIn = (
  { part, title, file, sizeBytes, licence }: Entry,
  state: ModelStatus['state'],
  fault: string | null = null,
): ModelStatus => ({ part, title, file, sizeBytes, licence, state, fault });

/** A file's status, with the result of loading it. */
export function statusOf({ status }: VerifiedFile, faults: ReadonlyMap<ModelPart, string>): ModelStatus {
  const fault = faults.get(status.part);
  return fault === undefined ? status : { ...status, state: 'broken', fault };
}

/** The file of a role, if it is sound. */
export function bytesOf(files: readonly VerifiedFile[], part: ModelPart): Uint8Array | null {
  return files.find(({ status }) => status.part === part)?.bytes ?? null;
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
