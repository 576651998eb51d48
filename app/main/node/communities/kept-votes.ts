import { copyFile, link, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The folder of the votes of deleted communities, among those of the communities. */
const VOTES = '.votes';

/**
 * [CM5] Gives the votes of a community that is about to be deleted a second place. They are linked if the disk can:
 * that takes no space, so a community can be deleted on a full disk.
 */
export async function keepVotes(communities: string, id: string): Promise<void> {
  const [folder, kept] = [join(communities, id), join(communities, VOTES, id)];
  await mkdir(kept, { recursive: true, mode: 0o700 });
  for (const file of await voteFiles(folder)) {
    const [from, to] = [join(folder, file), join(kept, file)];
    await rm(to, { force: true });
    await link(from, to).catch(() => copyFile(from, to));
  }
}

/**
 * [CM5] Copies the votes that were kept at the deletion of a community into its new folder; tells whether there were
 * any.
 */
export async function returnVotes(communities: string, id: string, folder: string): Promise<boolean> {
  const kept = join(communities, VOTES, id);
  const files = await voteFiles(kept);
  for (const file of files) await copyFile(join(kept, file), join(folder, file));
  return files.length > 0;
}

/** Whether a folder of a community has votes. */
export const hasVotes = async (folder: string): Promise<boolean> => (await voteFiles(folder)).length > 0;

/** The files of the vote log in a folder; none if there is no such folder. */
const voteFiles = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch(() => [])).filter((name) => name.startsWith('votes.'));
