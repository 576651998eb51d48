import { chmod, lstat, mkdir, readdir, access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { systemCode } from '../kernel/system-problems.ts';
import { problem } from './problems.ts';

/** The paths of one node's files. All paths are absolute. */
export interface DataDirectory {
  readonly path: string;
  /** The files of the node itself: they belong to no community. */
  readonly node: string;
  readonly lock: string;
  readonly holder: string;
  readonly keys: string;
  readonly passphrase: string;
  readonly settings: string;
  readonly logs: string;
  /** The files of the relay of calls, its secret among them. */
  readonly relay: string;
  /** Admits programs to the metrics of a running host, and to nothing else. */
  readonly metricsToken: string;
  readonly hostInfo: string;
  /** A page that leads a browser to the console. */
  readonly entryPage: string;
  /** One folder for each community, named by its id. */
  readonly communities: string;
}

/** The paths of one community's files. All paths are absolute. */
export interface CommunityDirectory {
  readonly path: string;
  readonly database: string;
  /** The entry of this community in the node's list, readable while the community is closed. */
  readonly card: string;
  /** [CM9] The settings that this community has of its own; missing while it has none. */
  readonly settings: string;
  /** [K10] How this node voted as a validator, and how far: in no backup, never moved to another machine. */
  readonly votes: string;
  readonly signState: string;
  readonly files: string;
  readonly backups: string;
  /** Recordings of calls; in no backup. */
  readonly recordings: string;
  /** Diagnostics of a halted ledger. */
  readonly evidence: string;
}

interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** Null if the user has none. */
  readonly home: string | null;
}

/**
 * The data directory of a user who named none: the system's standard place for such data.
 * @throws Problem `no-home` if the user has no home directory, and none is named otherwise.
 */
export function defaultDataPath(
  surroundings: Surroundings = { env: process.env, platform: process.platform, home: ownHome() },
): string {
  const { env, platform } = surroundings;
  if (env['IMPULSE_DATA']) return resolve(env['IMPULSE_DATA']);
  const named = env[platform === 'win32' ? 'APPDATA' : 'XDG_DATA_HOME'];
  // A relative path would lead to another place from each folder.
  if (platform !== 'darwin' && named !== undefined && isAbsolute(named)) {
    return join(named, platform === 'win32' ? 'Impulse' : 'impulse');
  }
  const { home } = surroundings;
  if (home === null || !isAbsolute(home)) throw problem('no-home');
  if (platform === 'win32') return join(home, 'AppData', 'Roaming', 'Impulse');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Impulse');
  return join(home, '.local', 'share', 'impulse');
}

/** Null for a user without an entry in the system's list of users, if the environment names no home either. */
function ownHome(): string | null {
  try {
    return homedir();
  } catch {
    return null;
  }
}

/** The layout of a data directory; does not touch the disk. */
export function dataLayout(path: string): DataDirectory {
  const root = resolve(path);
  const node = join(root, 'node');
  return {
    path: root,
    node,
    lock: join(node, 'node.lock'),
    holder: join(node, 'node.pid'),
    keys: join(node, 'keys.json'),
    passphrase: join(node, 'passphrase'),
    settings: join(node, 'settings.json'),
    logs: join(node, 'logs'),
    relay: join(node, 'relay'),
    metricsToken: join(node, 'metrics-token'),
    hostInfo: join(node, 'host.json'),
    entryPage: join(node, 'open.html'),
    communities: join(root, 'communities'),
  };
}

/** The layout of a community's folder; does not touch the disk. */
export function communityLayout(path: string): CommunityDirectory {
  return {
    path,
    database: join(path, 'community.db'),
    card: join(path, 'card.json'),
    settings: join(path, 'settings.json'),
    votes: join(path, 'votes.log'),
    signState: join(path, 'votes.mark'),
    files: join(path, 'files'),
    backups: join(path, 'backups'),
    recordings: join(path, 'recordings'),
    evidence: join(path, 'evidence'),
  };
}

/** Makes the folders of a community that are missing. */
export async function makeFolders({ path, files, backups }: CommunityDirectory): Promise<void> {
  for (const folder of [path, files, backups]) await mkdir(folder, { recursive: true, mode: 0o700 });
}

/**
 * Makes the directory if it is missing and makes it inaccessible to everyone but its owner.
 * @returns the layout, and the paths whose permissions had to be tightened.
 * @throws Problem `data-unusable` if the path is not a directory, belongs to another user or cannot be
 * written.
 */
export async function openDataDirectory(
  path: string,
): Promise<{ directory: DataDirectory; mended: string[] }> {
  const directory = dataLayout(path);
  try {
    await mkdir(directory.path, { recursive: true, mode: 0o700 });
    for (const folder of [directory.node, directory.logs, directory.communities]) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
    }
    await access(directory.path, constants.R_OK | constants.W_OK);
  } catch (cause) {
    const code = systemCode(cause);
    if (code === 'EACCES' || code === 'EPERM')
      throw problem('data-forbidden', { path: directory.path }, { cause });
    if (code === 'EEXIST' || code === 'ENOTDIR')
      throw problem('data-not-a-directory', { path: directory.path }, { cause });
    throw problem(
      'data-unusable',
      { path: directory.path, reason: cause instanceof Error ? cause.message : String(cause) },
      { cause },
    );
  }
  return { directory, mended: process.platform === 'win32' ? [] : await tighten(directory) };
}

async function tighten(directory: DataDirectory): Promise<string[]> {
  const owner = (await lstat(directory.path)).uid;
  const me = process.getuid?.() ?? owner;
  if (owner !== me && me !== 0) {
    throw problem('data-not-yours', { path: directory.path });
  }
  const mended: string[] = [];
  const within = async (folder: string) => (await readdir(folder)).map((entry) => join(folder, entry));
  for (const path of [
    directory.path,
    ...(await within(directory.path)),
    ...(await within(directory.node)),
    ...(await within(directory.communities)),
  ]) {
    const stat = await lstat(path);
    if (!stat.isFile() && !stat.isDirectory()) continue;
    if ((stat.mode & 0o077) === 0) continue;
    await chmod(path, stat.isDirectory() ? 0o700 : 0o600);
    mended.push(path);
  }
  return mended;
}
